// What goes wrong around the widget, in the network, in the page and in time: it says so where it happened, loses nothing
// that was typed, takes no focus from anybody, and can be tried again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Town } from './reader.mjs';

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

const limits = { timeout: 60_000 };
const UNREACHABLE = 'The comments can’t be reached right now.';

async function fill(thread, bodies, parent = null) {
  const posted = [];
  for (const body of bodies) posted.push(await town.post('default', thread, body, { parent }));
  return posted;
}

const numbered = (word, count) => Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** A promise and what keeps it. */
function gate() {
  let open;
  const until = new Promise((done) => (open = done));
  return { until, open };
}

const ELEMENTS = ['rejoinder-comments', 'rejoinder-count', 'rejoinder-ranking'];

test('frameworks can set a property of each attribute’s name', limits, async () => {
  await fill('/properties', ['here']);
  const reader = await town.visit({ thread: '/properties' });
  await reader.comment('here').waitFor();
  const failed = await reader.page.evaluate((names) => names.flatMap((name) => {
    const element = document.createElement(name);
    document.body.append(element);
    const wrong = customElements.get(name).observedAttributes.filter((attribute) => {
      try {
        'use strict';
        element[attribute] = 'x';
        return element[attribute] !== 'x';
      } catch {
        return true;
      }
    });
    element.remove();
    return wrong.map((attribute) => `${name} ${attribute}`);
  }), ELEMENTS);
  assert.deepEqual(failed, []);
  await closed(reader);
});

for (const answer of ['<!doctype html>', 'null', '[]', '{"thread":']) {
  test(`an answer that is none (${answer}) is a failure, and can be tried again`, limits, async () => {
    const thread = `/answers/${encodeURIComponent(answer)}`;
    await fill(thread, ['here']);
    town.front.answer('GET', /\/comments\?/, answer);
    const reader = await town.visit({ thread });
    await reader.sees(UNREACHABLE);
    assert.equal((await reader.heard('error'))[0].problem.code, 'unreachable');
    town.front.mend();
    await reader.button('Try again').click();
    await reader.comment('here').waitFor();
    await closed(reader);
  });
}

test('texts that can’t be read are a failure in words, with the page’s own link, and can be tried again', limits, async () => {
  await fill('/texts', ['here']);
  town.front.answer('GET', /\/locales\//, 'null');
  const inside = '<a href="/elsewhere">Read and write comments</a>';
  const reader = await town.visit({ thread: '/texts' }, { around: { inside } });
  await reader.sees('The comments can’t be reached.');
  await reader.page.getByRole('link', { name: 'Read and write comments' }).waitFor();
  assert.doesNotMatch(await reader.widget.locator('.root').innerText(), /[a-z]+\.[a-z_]+/);
  town.front.mend();
  await reader.button('Try again').click();
  await reader.comment('here').waitFor();
  await closed(reader);
});

test('while texts don’t come, the page’s own link is there', limits, async () => {
  const { until, open } = gate();
  await fill('/slow-texts', ['here']);
  town.front.delay('GET', /\/locales\//, until);
  const reader = await town.visit({ thread: '/slow-texts' }, { around: { inside: '<a href="/elsewhere">Comments there</a>' } });
  await reader.page.getByRole('link', { name: 'Comments there' }).waitFor();
  open();
  await reader.comment('here').waitFor();
  await reader.page.getByRole('link', { name: 'Comments there' }).waitFor({ state: 'hidden' });
  town.front.mend();
  await closed(reader);
});

test('if comments and what they are written with both fail, trying again brings both', limits, async () => {
  await fill('/both', ['here']);
  void town.front.fail('GET', /\/comments\?/, 'drop', 20);
  void town.front.fail('GET', /^\/writing\.js/, 'drop', 20);
  const reader = await town.visit({ thread: '/both' });
  await reader.sees(UNREACHABLE);
  await reader.settled();
  town.front.mend();
  await reader.button('Try again').click();
  await reader.comment('here').waitFor();
  await reader.form.waitFor();
  await closed(reader);
});

test('a page that is older than the service says so', limits, async () => {
  await fill('/older', ['here']);
  town.front.answer('GET', /^\/writing\.js/, '{}', 404);
  const reader = await town.visit({ thread: '/older' });
  await reader.sees('This page is older than the comments’ server. Reload it.');
  await reader.comment('here').waitFor();
  town.front.mend();
  await closed(reader);
});

test('a failure is said beside the button that was pressed, and goes when it works', limits, async () => {
  const [root] = await fill('/beside', numbered('comment', 30));
  await fill('/beside', numbered('reply', 6), root.id);
  const reader = await town.visit({ thread: '/beside', sort: 'oldest' });
  await reader.comment('reply 3').waitFor();
  const near = async (button) => {
    const top = (locator) => locator.evaluate((element) => element.getBoundingClientRect().top);
    return Math.abs((await top(reader.widget.locator('.notice').filter({ visible: true }))) - (await top(button)));
  };
  for (const name of ['Show 3 more replies', 'Show more comments']) {
    const button = reader.button(name);
    void town.front.fail('GET', /cursor=|\/replies\?/, 'drop', 20);
    await button.click();
    await reader.widget.locator('.notice').filter({ visible: true, hasText: UNREACHABLE }).waitFor();
    assert.ok((await near(button)) < 200, `${name}: ${await near(button)} px away`);
    town.front.mend();
    await button.click();
    await button.waitFor({ state: 'hidden' });
    await reader.widget.locator('.notice').filter({ visible: true, hasText: UNREACHABLE }).waitFor({ state: 'hidden' });
  }
  await closed(reader);
});

test('the last order that was chosen is the one shown; one that fails isn’t named', limits, async () => {
  const [first] = await fill('/orders', ['first', 'second', 'third']);
  await town.service.ask('PUT', `sites/default/comments/${first.id}/vote`, { body: { value: 1 } });
  const { until, open } = gate();
  const reader = await town.visit({ thread: '/orders' });
  await reader.comment('third').waitFor();
  const select = reader.widget.getByLabel('Sort by');
  town.front.delay('GET', /sort=oldest/, until);
  await select.selectOption('Oldest');
  await select.selectOption('Best');
  await reader.widget.locator('.list .item').first().filter({ hasText: 'first' }).waitFor();
  open();
  await reader.settled();
  assert.deepEqual(await reader.texts(), ['first', 'third', 'second']);
  assert.equal(await select.inputValue(), 'top');
  void town.front.fail('GET', /sort=newest/, 'drop', 20);
  await select.selectOption('Newest');
  await reader.sees(UNREACHABLE);
  assert.equal(await select.inputValue(), 'top');
  town.front.mend();
  await select.selectOption('Newest');
  await reader.seesNo(UNREACHABLE);
  await closed(reader);
});

test('of another thread nothing stays while its comments are on their way', limits, async () => {
  await fill('/from', ['In the old one']);
  await fill('/to', ['In the new one']);
  const { until, open } = gate();
  const reader = await town.visit({ thread: '/from' });
  await reader.form.waitFor();
  town.front.delay('GET', /thread=%2Fto/, until);
  await reader.widget.evaluate((element) => element.setAttribute('thread', '/to'));
  await reader.comment('In the old one').waitFor({ state: 'detached' });
  assert.equal(await reader.widget.locator('textarea').count(), 0);
  open();
  await reader.comment('In the new one').waitFor();
  await closed(reader);
});

test('a late answer calls nobody back who went on', limits, async () => {
  await fill('/late', numbered('comment', 5));
  const { until, open } = gate();
  const reader = await town.visit({ thread: '/late', 'page-size': '2' });
  await reader.form.waitFor();
  town.front.delay('GET', /cursor=/, until);
  await reader.button('Show more comments').click();
  const field = reader.form.getByLabel('Your comment');
  await field.pressSequentially('Half a ');
  open();
  await reader.comment('comment 3').waitFor();
  await reader.page.keyboard.type('sentence');
  assert.equal(await field.inputValue(), 'Half a sentence');
  await closed(reader);
});

test('an answer to something old is shown at the press of the button for what is new', limits, async () => {
  const [old] = await fill('/answered', ['old', 'newer']);
  const reader = await town.visit({ thread: '/answered', refresh: '1' });
  await reader.comment('old').waitFor();
  await fill('/answered', ['late answer'], old.id);
  await reader.button('Show 1 new comment').click();
  await reader.focusOn(reader.comment('late answer'));
  await reader.live.getByText('1 more comment is shown.').waitFor();
  await closed(reader);
});

test('what is new and more than one page is all reachable', limits, async () => {
  await fill('/flood', ['old']);
  const reader = await town.visit({ thread: '/flood', refresh: '1' });
  await reader.comment('old').waitFor();
  await fill('/flood', numbered('new', 60));
  await reader.button('Show 60 new comments').click();
  await reader.comment('new 60').waitFor();
  while (await reader.button('Show more comments').isVisible()) {
    const before = await reader.comments.count();
    await reader.button('Show more comments').click();
    await reader.comments.nth(before).waitFor();
  }
  assert.equal(await reader.comments.count(), 61);
  await closed(reader);
});

test('a number that was learnt by another way doesn’t hide what is new', limits, async () => {
  await fill('/known', numbered('old', 3));
  const reader = await town.visit({ thread: '/known', refresh: '1', 'page-size': '2' });
  await reader.form.waitFor();
  await fill('/known', ['new']);
  await reader.post('mine', 'Bea');
  await reader.button('Show 1 new comment').waitFor();
  await closed(reader);
});

test('an address that can’t be one leaves the page its own link', limits, async () => {
  const inside = '<a href="/elsewhere">Read and write comments</a>';
  const reader = await town.visit({ thread: '/x', src: 'http://[' }, { around: { inside } });
  await reader.page.getByRole('link', { name: 'Read and write comments' }).waitFor();
  await reader.page.waitForFunction(() => globalThis.heard.some(([name]) => name === 'error'));
  await closed(reader);
});

test('a page whose title is something else can have comments', limits, async () => {
  await fill('/title', ['here']);
  const reader = await town.visit({ thread: '/title' }, { around: { before: '<form name="title"></form>' } });
  await reader.comment('here').waitFor();
  const already = town.front.log.length;
  await reader.page.evaluate(() => (document.querySelector('title').textContent = '(1) The last ferry'));
  await reader.widget.evaluate((element) => element.setAttribute('theme', 'dark'));
  await reader.settled();
  assert.deepEqual(town.front.log.slice(already).filter(({ path }) => path.includes('/comments?')), []);
  await reader.post('With a title', 'Bea');
  const [{ body }] = town.front.asked('POST', /\/comments$/).slice(-1);
  assert.equal(JSON.parse(body).thread.title, '(1) The last ferry');
  await closed(reader);
});

test('a link above a widget that nobody came near begins it', limits, async () => {
  const [comment] = await fill('/above', ['far below']);
  const far = `<a id="go" href="#rejoinder-${comment.id}">There</a><div style="block-size: 5000px"></div>`;
  const reader = await town.visit({ thread: '/above' }, { around: { before: far } });
  await reader.page.waitForFunction(() => customElements.get('rejoinder-comments'));
  await reader.settled();
  await reader.page.locator('#go').click();
  await reader.focusOn(reader.comment('far below'));
  await closed(reader);
});

test('of two threads only the one that a link leads into follows it', limits, async () => {
  const [comment] = await fill('/two/a', ['In a']);
  await fill('/two/b', ['In b']);
  const after = '<rejoinder-comments thread="/two/b" loading="eager"></rejoinder-comments>';
  const reader = await town.visit({ thread: '/two/a' }, { around: { after }, hash: `#rejoinder-${comment.id}` });
  await reader.focusOn(reader.comment('In a'));
  await reader.page.getByText('In b').waitFor();
  await reader.settled();
  assert.equal(await reader.page.getByText('That comment isn’t there any more.').filter({ visible: true }).count(), 0);
  await closed(reader);
});

test('methods work as soon as the element is there, and of what it is then', limits, async () => {
  await fill('/soon', ['In soon']);
  await fill('/other', ['In other']);
  const reader = await town.visit({ thread: '/soon' }, { around: { before: '<div style="block-size: 5000px"></div>' } });
  await reader.page.waitForFunction(() => customElements.get('rejoinder-comments'));
  // A lazy one begins by it.
  await reader.widget.evaluate((element) => element.refresh());
  await reader.comment('In soon').waitFor();
  await reader.widget.evaluate((element) => {
    element.setAttribute('thread', '/other');
    return element.focusForm('To the other');
  });
  await reader.comment('In other').waitFor();
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'To the other');
  await reader.page.evaluate(async () => {
    document.querySelector('rejoinder-comments').remove();
    const element = document.createElement('rejoinder-comments');
    element.setAttribute('thread', '/soon');
    document.querySelector('main').append(element);
    await element.focusForm('At once');
  });
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'At once');
  await closed(reader);
});

test('what stays of a comment that is gone says so after the writing has come, and until something is found', limits, async () => {
  const [comment] = await fill('/notice', ['here']);
  const { until, open } = gate();
  town.front.delay('GET', /^\/writing\.js/, until);
  const reader = await town.visit({ thread: '/notice' }, { hash: '#rejoinder-0l8lf074i8epa' });
  await reader.sees('That comment isn’t there any more.');
  open();
  await reader.form.waitFor();
  await reader.sees('That comment isn’t there any more.');
  await reader.widget.evaluate((element, id) => element.showComment(id), comment.id);
  await reader.widget.locator('.notice').filter({ visible: true }).waitFor({ state: 'hidden' });
  town.front.mend();
  await closed(reader);
});

test('an answer that is being written stays when what it answers is deleted', limits, async () => {
  const token = town.service.addStaff('Una', 'owner');
  const [root] = await fill('/buried', ['to be gone']);
  await fill('/buried', ['an answer'], root.id);
  const reader = await town.visit({ thread: '/buried' });
  await reader.form.waitFor();
  await reader.button('Reply to Ada', reader.comment('to be gone')).click();
  const field = reader.widget.getByLabel('Your reply to Ada');
  await field.fill('Half a reply');
  await town.service.ask('POST', 'admin/decisions', { token, body: { action: 'reject', comments: [{ id: root.id }] } });
  await reader.widget.evaluate((element) => element.refresh());
  await reader.sees('This comment was deleted.');
  assert.equal(await field.inputValue(), 'Half a reply');
  await closed(reader);
});

test('the language around is found through shadows, and what is no language fetches nothing else', limits, async () => {
  await fill('/tongue', ['here']);
  const reader = await town.visit({ thread: '/tongue' }, { around: { lang: 'de_DE' } });
  await reader.button('Kommentar senden').or(reader.widget.getByRole('heading', { name: /Kommentare/ })).first().waitFor();
  await reader.page.evaluate(() => {
    const host = document.createElement('div');
    host.lang = 'fr';
    host.attachShadow({ mode: 'open' }).append(document.querySelector('rejoinder-comments'));
    document.querySelector('main').append(host);
  });
  await reader.page.getByRole('heading', { name: /Commentaires/ }).waitFor();
  const already = town.front.log.length;
  await reader.page.evaluate(() => {
    const element = document.createElement('rejoinder-comments');
    Object.assign(element, { lang: '../../x' });
    element.setAttribute('thread', '/tongue');
    document.querySelector('main').append(element);
  });
  await reader.page.getByRole('heading', { name: /^Comments/ }).waitFor();
  assert.deepEqual(town.front.log.slice(already).filter(({ path }) => /x\.json/.test(path)), []);
  await closed(reader);
});

test('whatever a page’s colours are written in, and whenever they change, dark is dark', limits, async () => {
  await fill('/dark', ['here']);
  const head = '<style>body { color: #222 } .night { background: #111; color: oklch(0.95 0.01 250) }</style>';
  const reader = await town.visit({ thread: '/dark' }, { around: { head } });
  await reader.comment('here').waitFor();
  const dark = reader.widget.locator('.root.dark');
  assert.equal(await dark.count(), 0);
  await reader.page.evaluate(() => document.body.classList.add('night'));
  await dark.waitFor();
  await reader.page.evaluate(() => document.body.classList.remove('night'));
  await dark.waitFor({ state: 'detached' });
  await closed(reader);
});

test('what has less weight can be read on a page whose text has little itself', limits, async () => {
  await fill('/pale', ['here']);
  const reader = await town.visit({ thread: '/pale' }, { around: { head: '<style>body { background: #fff; color: #666 }</style>' } });
  await reader.comment('here').waitFor();
  const contrast = await reader.comment('here').locator('time').evaluate((element) => {
    const context = document.createElement('canvas').getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(element).color;
    context.fillRect(0, 0, 1, 1);
    const linear = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => (value / 255) ** 2.2);
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05);
  });
  assert.ok(contrast >= 4.5, `${contrast}:1`);
  await closed(reader);
});

test('an element that goes into another document takes its looks along', limits, async () => {
  await fill('/moved', ['here']);
  const reader = await town.visit({ thread: '/moved' }, { around: { after: '<iframe title="Other"></iframe>' } });
  await reader.form.waitFor();
  const sheets = await reader.page.evaluate(async () => {
    const element = document.querySelector('rejoinder-comments');
    document.querySelector('iframe').contentDocument.body.append(element);
    await null;
    return element.shadowRoot.adoptedStyleSheets.length;
  });
  assert.equal(sheets, 2);
  await closed(reader);
});

test('headings that writers make follow those of the page, and lists are lists', limits, async () => {
  const site = town.site('headed', '--text-format', 'markdown');
  await town.post(site, '/headings', '#### Small\n\n# Large\n\n#### Small again');
  const reader = await town.visit({ site, thread: '/headings' });
  const body = reader.comments.first().locator('.body');
  await body.waitFor();
  const levels = await body.locator('h1, h2, h3, h4, h5, h6').evaluateAll((all) => all.map(({ localName }) => localName));
  assert.ok(levels.every((level, index) => Number(level[1]) <= Number(levels[index - 1]?.[1] ?? 2) + 1), levels.join(' '));
  assert.equal(await reader.widget.locator('ol.list:not([role=list]), ol.replies:not([role=list])').count(), 0);
  assert.deepEqual(await reader.comments.first().evaluate((article) =>
    [article.getAttribute('aria-posinset'), article.getAttribute('aria-setsize')]), ['1', '1']);
  await closed(reader);
});
