// The small elements beside the comments: numbers wherever a page wants them, and what is discussed most.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, open } from './browser.mjs';
import { Town } from './reader.mjs';

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('ranked');
  town.site('silent');
});
after(async () => {
  await browser.close();
  await town.stop();
});

const limits = { timeout: 60_000 };
const COUNTS = /\/counts(\?|$)/;
let pages = 0;

/** Opens a page of the host with this in its body and one of the service's scripts. */
async function show(body, { script = 'widget.js', lang = 'en', ...options } = {}) {
  const path = `/counts/${(pages += 1)}`;
  const { host, front } = town;
  host.put(path, `<!doctype html><html lang="${lang}"><meta charset="utf-8"><title>News</title><link rel="icon" href="data:,">
    <script type="module" src="${front.origin}/${script}"></script><main><h1>News</h1>${body}</main>`);
  const visit = await open(browser, host.origin, { others: [front.origin], ...options });
  await visit.page.goto(path);
  return visit;
}

/** What was asked for since; what a browser asks first, whether it may, is no request of the page's. */
const asked = (already) => town.front.log.slice(already).filter(({ method, path }) => method !== 'OPTIONS' && COUNTS.test(path));

async function closed({ context, complaints }) {
  assert.deepEqual(complaints, []);
  await context.close();
}

for (const script of ['widget.js', 'count.js']) {
  test(`all counts of a page come in one request (${script})`, limits, async () => {
    await town.post('default', '/a', 'One');
    await town.post('default', '/b', 'One');
    await town.post('default', '/b', 'Two');
    const { document } = await town.service.ask('GET', 'sites/default/counts?thread=/a&thread=/b');
    const [a, b] = document.counts.map(({ comment_count: count }) => String(count));
    const already = town.front.log.length;
    const body = ['/a', '/b', '/none', '/a'].map((thread) => `<rejoinder-count thread="${thread}">?</rejoinder-count>`).join(' ');
    const visit = await show(body, { script });
    const counts = visit.page.locator('rejoinder-count');
    await counts.first().filter({ hasText: a }).waitFor();
    assert.deepEqual(await counts.allTextContents(), [a, b, '0', a]);
    assert.equal(asked(already).length, 1);
    await closed(visit);
  });

  test(`more counts than an address has room for come all the same (${script})`, limits, async () => {
    const already = town.front.log.length;
    const key = (number) => `/${script}/${'long'.repeat(100)}/${number}`;
    await town.post('default', key(150), 'One');
    const elements = Array.from({ length: 151 }, (_, number) => `<rejoinder-count thread="${key(number)}">?</rejoinder-count>`);
    const visit = await show(elements.join(' '), { script });
    const counts = visit.page.locator('rejoinder-count');
    await visit.page.waitForFunction(() =>
      [...document.querySelectorAll('rejoinder-count')].every(({ textContent }) => textContent !== '?'));
    const texts = await counts.allTextContents();
    assert.deepEqual(texts, [...Array(150).fill('0'), '1']);
    // Each is one that any proxy takes and any cache can answer, and none is asked for twice.
    const requests = asked(already);
    assert.ok(requests.every(({ method, path }) => method === 'GET' && path.length < 8_000));
    const keys = requests.flatMap(({ path }) => new URLSearchParams(path.replace(/.*\?/, '')).getAll('thread'));
    assert.deepEqual([keys.length, new Set(keys).size], [151, 151]);
    await closed(visit);
  });

  test(`what the page says instead of a count stays when there is none to be had (${script})`, limits, async () => {
    town.front.answer('GET', COUNTS, '{}', 503);
    const visit = await show('<rejoinder-count thread="/a">Comments</rejoinder-count>', { script });
    await visit.page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/counts')));
    await visit.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
    town.front.mend();
    assert.equal(await visit.page.locator('rejoinder-count').textContent(), 'Comments');
    await closed(visit);
  });

  test(`the counts of elements that come or change later are asked for too (${script})`, limits, async () => {
    await town.post('default', `/later/${script}`, 'One');
    const visit = await show('<rejoinder-count thread="/nothing">?</rejoinder-count>', { script });
    const count = visit.page.locator('rejoinder-count');
    await count.filter({ hasText: '0' }).waitFor();
    await count.evaluate((element, thread) => element.setAttribute('thread', thread), `/later/${script}`);
    await count.filter({ hasText: '1' }).waitFor();
    await count.evaluate((element) => element.after(element.cloneNode()));
    await count.nth(1).filter({ hasText: '1' }).waitFor();
    await closed(visit);
  });
}

test('one that can’t be counted leaves the others their numbers', limits, async () => {
  await town.post('default', '/good', 'One');
  const bad = [['thread', ' '], ['thread', 'x'.repeat(513)], ['thread', 'a&#9;b'], ['src', 'http://[']];
  const body = bad.map(([name, value]) => `<rejoinder-count ${name}="${value}">?</rejoinder-count>`).join('');
  const heard = `<script>heard = []; addEventListener('rejoinder:error', ({ detail, target }) =>
    heard.push([target.getAttribute('thread'), detail.problem.code]));</script>`;
  const visit = await show(`${heard}${body}<rejoinder-count thread="/good">?</rejoinder-count>`);
  const counts = visit.page.locator('rejoinder-count');
  await counts.last().filter({ hasText: '1' }).waitFor();
  assert.deepEqual(await counts.allTextContents(), ['?', '?', '?', '?', '1']);
  const codes = await visit.page.evaluate(() => globalThis.heard.map(([, code]) => code));
  assert.deepEqual(codes, ['invalid_thread_key', 'invalid_thread_key', 'invalid_thread_key', 'unreachable']);
  await closed(visit);
});

test('a count that is asked for anew is never one that a browser remembers', limits, async () => {
  const thread = '/fresh/e\u0301';
  await town.post('default', thread, 'One');
  const visit = await show(`<rejoinder-count thread="${thread}">?</rejoinder-count>`);
  const count = visit.page.locator('rejoinder-count');
  await count.filter({ hasText: '1' }).waitFor();
  await town.post('default', thread, 'Two');
  await count.evaluate((element) => element.refresh());
  assert.equal(await count.textContent(), '2');
  await closed(visit);
});

test('six hundred counts cost little', limits, async () => {
  const body = Array.from({ length: 600 }, (_, number) => `<rejoinder-count thread="/many/${number % 300}">?</rejoinder-count>`);
  const already = town.front.log.length;
  const visit = await show(body.join(''), { script: 'count.js' });
  await visit.page.waitForFunction(() =>
    [...document.querySelectorAll('rejoinder-count')].every(({ textContent }) => textContent === '0'));
  assert.ok(asked(already).length <= 4);
  await closed(visit);
});

test('a count with a label says what it counts, in the language of the page', limits, async () => {
  await town.post('default', '/label', 'One');
  const visit = await show('<rejoinder-count thread="/label" label>?</rejoinder-count>');
  await visit.page.getByText('1 comment', { exact: true }).waitFor();
  await closed(visit);
});

test('what is discussed most stands first, with its number', limits, async () => {
  const { origin } = town.host;
  const write = (key, title) => {
    const body = { thread: { key, title, url: `${origin}${key}` }, author: { name: 'Ada' }, body: 'One' };
    return town.service.ask('POST', 'sites/ranked/comments', { body });
  };
  await write('/quiet', 'The school roof');
  for (let number = 0; number < 3; number += 1) await write('/loud', 'The last ferry');
  const visit = await show('<rejoinder-ranking site="ranked" window="7d"></rejoinder-ranking>');
  const { page } = visit;
  await page.getByRole('heading', { name: 'Most discussed', level: 2 }).waitFor();
  const items = page.locator('rejoinder-ranking').getByRole('listitem');
  assert.deepEqual(await items.getByRole('link').allTextContents(), ['The last ferry', 'The school roof']);
  assert.equal(await items.getByRole('link').first().getAttribute('href'), `${origin}/loud`);
  await items.first().getByText('3 comments').waitFor();
  await assertAccessible(page, 'the ranking');
  await closed(visit);
});

test('a ranking leads nowhere that somebody chose by the key of a thread', limits, async () => {
  town.site('lured');
  for (const key of ['https://evil.example/login', '//evil.example', '/\\evil.example', '/honest']) {
    await town.service.ask('POST', 'sites/lured/comments', { body: { thread: { key }, author: { name: 'Eve' }, body: 'Look' } });
  }
  const visit = await show('<rejoinder-ranking site="lured"></rejoinder-ranking>');
  const links = visit.page.locator('rejoinder-ranking').locator('a');
  await links.first().waitFor();
  const found = await links.evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute('href')]));
  assert.deepEqual(found.filter(([, href]) => href !== null), [['/honest', '/honest']]);
  assert.equal(found.length, 4);
  await closed(visit);
});

test('where nothing was discussed there is no ranking', limits, async () => {
  const body = '<rejoinder-ranking site="silent"></rejoinder-ranking><rejoinder-ranking site="ranked"></rejoinder-ranking>';
  const visit = await show(body);
  await visit.page.locator('rejoinder-ranking').nth(1).getByRole('listitem').first().waitFor();
  await visit.page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('/silent/rankings/')));
  assert.equal(await visit.page.getByRole('heading', { name: 'Most discussed' }).count(), 1);
  const { height } = await visit.page.locator('rejoinder-ranking').first().evaluate((element) => element.getBoundingClientRect());
  assert.equal(height, 0);
  await closed(visit);
});
