// That a thread may be as long as it likes: the tasks of a page of it cost what those of a page cost. What the browser does
// outside of its tasks, as it goes on after an answer came, isn't counted here.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Town } from './reader.mjs';

const ROOTS = 1_000;
const REPLIES = 4_000;
const LANES = 32;
const PAGE_SIZE = 20;
const PAGES = 10;
const BUDGET_MILLISECONDS = 50;
const TEXT = 'A boat that is nearly empty on most nights is the road home for somebody, and never for the same one. '.repeat(2);

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
});
after(async () => {
  await browser.close();
  await town.stop();
});

/** Posts so many comments, several at a time, and gives their ids. */
async function seed(count, thread, parentOf) {
  const ids = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const number = (next += 1);
      ids.push((await town.post('default', thread, `${number}: ${TEXT}`, { parent: parentOf(number) })).id);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ids;
}

/**
 * The milliseconds of the processor that each task of the page's main thread took while something was done. They don't
 * depend on what else the machine does.
 */
async function tasks(page, act) {
  await browser.startTracing(page, { categories: ['toplevel'], screenshots: false });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const threads = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid}:${tid}`));
  return traceEvents.filter(({ name, pid, tid, tdur }) => /RunTask$/.test(name) && threads.has(`${pid}:${tid}`) && tdur)
    .map(({ tdur }) => tdur / 1_000);
}

/** Presses the button for more, and waits until that is painted; in one call, so that the looking costs nothing. */
function showMore() {
  const { shadowRoot } = document.querySelector('rejoinder-comments');
  const section = shadowRoot.querySelector('.root');
  const list = section.querySelector(':scope > .list:not(.pinned)');
  const shown = list.childElementCount;
  [...section.children].find((child) => child.matches('.more')).click();
  return new Promise((done) => {
    const observer = new MutationObserver(() => {
      if (list.childElementCount === shown) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(done));
    });
    observer.observe(list, { childList: true });
  });
}

test('the tasks of a page of a thread with 5,000 comments take less than 50 ms of the main thread', { timeout: 240_000 }, async () => {
  const roots = await seed(ROOTS, '/large', () => null);
  await seed(REPLIES, '/large', (number) => roots[number % ROOTS]);
  const reader = await town.visit({ thread: '/large' });
  await reader.form.waitFor();
  await reader.sees('Comments 5,000');

  const found = [];
  const last = ROOTS / PAGE_SIZE - 1;
  for (let page = 1; page <= last; page += 1) {
    // The first pages and the last ones: with all that is there already, no task may take longer.
    if (page > PAGES && page <= last - PAGES) {
      await reader.page.evaluate(showMore);
      // What these left to be done is none of the next one's.
      if (page === last - PAGES) await reader.page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
      continue;
    }
    const taken = await tasks(reader.page, () => reader.page.evaluate(showMore));
    assert.ok(taken.length > 0, 'the trace has tasks');
    found.push({ longest: Math.max(...taken), sum: taken.reduce((one, other) => one + other) });
  }
  const longest = Math.max(...found.map((one) => one.longest));
  assert.ok(longest < BUDGET_MILLISECONDS, `the longest task took ${longest} ms`);
  for (const [which, pages] of Object.entries({ first: found.slice(0, PAGES), last: found.slice(-PAGES) })) {
    const mean = pages.reduce((sum, one) => sum + one.sum, 0) / PAGES;
    assert.ok(mean < BUDGET_MILLISECONDS, `the tasks of one of the ${which} pages took ${mean} ms`);
  }
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
});
