// What the widget does to a page that it is in: nothing that the page forbids, nothing that it doesn't need, and nothing
// that stays when it goes.

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

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** Posts, answers, votes, changes and deletes: everything for which something is sent. */
async function wholeVisit(reader, other) {
  await reader.comment(other).waitFor();
  await reader.post('A whole visit', 'Ada');
  await reader.button('Vote for it, 0 votes', reader.comment(other)).click();
  await reader.button('Vote for it, 1 vote', reader.comment(other)).waitFor();
  await reader.button('Reply to Ada', reader.comment(other)).click();
  await reader.widget.getByLabel('Your reply to Ada').fill('An answer');
  await reader.button('Post reply').click();
  await reader.comment('An answer').waitFor();
  await reader.button('Edit', reader.comment('A whole visit')).click();
  await reader.widget.getByLabel('Change your comment').last().fill('A changed visit');
  await reader.button('Save').click();
  await reader.comment('A changed visit').waitFor();
  await reader.button('Report the comment by Ada', reader.comment(other)).click();
  await reader.button('Cancel').click();
  await reader.button('Delete', reader.comment('A changed visit')).click();
  await reader.widget.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();
  await reader.comment('A changed visit').waitFor({ state: 'detached' });
}

test('a page that forbids all that can be forbidden sees no violation in a whole visit', limits, async () => {
  await town.post('default', '/strict', 'A root');
  const { origin } = town.front;
  const policy = `default-src 'none'; script-src ${origin}; connect-src ${origin}; img-src data:; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  const reader = await town.visit({ thread: '/strict' }, { headers: { 'Content-Security-Policy': policy } });
  await wholeVisit(reader, 'A root');
  assert.deepEqual(await reader.heard('violation'), []);
  await closed(reader);
});

test('a page that is isolated from others can be written in', limits, async () => {
  await town.post('default', '/isolated', 'A root');
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const reader = await town.visit({ thread: '/isolated' }, { headers });
  assert.ok(await reader.page.evaluate(() => crossOriginIsolated));
  await wholeVisit(reader, 'A root');
  await closed(reader);
});

test('no cookie is set, sent or needed', limits, async () => {
  await town.post('default', '/cookies', 'A root');
  const already = town.front.log.length;
  const reader = await town.visit({ thread: '/cookies' });
  await reader.context.addCookies([{ name: 'other', value: '1', url: town.front.origin }]);
  await wholeVisit(reader, 'A root');
  const asked = town.front.log.slice(already);
  assert.deepEqual(asked.filter(({ cookie, headers }) => cookie !== null || headers.cookie), []);
  assert.deepEqual((await reader.context.cookies()).map(({ name }) => name), ['other']);
  assert.equal(await reader.page.evaluate(() => document.cookie), '');
  await closed(reader);
});

test('the first comments wait for three requests at most', limits, async () => {
  await town.post('default', '/requests', 'A root');
  const already = town.front.log.length;
  // The scripts to write with and to go on with come meanwhile, and are not waited for.
  void town.front.fail('GET', /^\/(writing|further)\.js/, 'keep', 2);
  const reader = await town.visit({ thread: '/requests' });
  await reader.comment('A root').waitFor();
  const asked = town.front.log.slice(already).map(({ path }) => path.replace(/\?.*/, ''));
  const waited = asked.filter((path) => !/^\/(writing|further)\.js$/.test(path));
  assert.ok(waited.length <= 3, waited.join(' '));
  await closed(reader);
});

const HOSTILE = [
  ['unsets everything', '* { all: unset !important; display: block !important; }'],
  ['unsets everything, even where it doesn’t reach by importance', '* { all: unset; display: inline; }'],
  [
    'makes text unreadable',
    `* { font: 16px/0 monospace !important; letter-spacing: 2em !important; word-spacing: 3em !important;
      text-indent: -999px !important; text-transform: uppercase !important; white-space: nowrap !important; }`,
  ],
  [
    'hides',
    `* { visibility: hidden !important; pointer-events: none !important; user-select: none !important; }
     html, body, main, rejoinder-comments { display: block !important; }
     article, section, header, footer, form, button, input, textarea, ol, li, p { display: none !important; }`,
  ],
  [
    'squeezes',
    `div, section, form, input, textarea, button, ol, li, article { float: left !important; width: 3px !important;
      height: 3px !important; padding: 0 !important; border: 9px solid red !important; position: absolute !important; }`,
  ],
];

for (const [what, css] of HOSTILE) {
  test(`under a style sheet that ${what} one can read and write`, limits, async () => {
    const thread = `/hostile/${encodeURIComponent(what)}`;
    await town.post('default', thread, 'A root which is long enough to be read in more than a glance.');
    const reader = await town.visit({ thread }, { around: { head: `<style>${css}</style>` } });
    await reader.post('Still here', 'Ada');
    const root = reader.comment('A root');
    const found = await root.locator('.body').evaluate((element) => {
      const style = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      const { visibility, textTransform, letterSpacing, textIndent, whiteSpace } = style;
      const wide = width > 200 && height >= Number.parseFloat(style.fontSize);
      return { visibility, textTransform, letterSpacing, textIndent, whiteSpace, wide };
    });
    const expected = {
      visibility: 'visible', textTransform: 'none', letterSpacing: 'normal', textIndent: '0px', whiteSpace: 'normal', wide: true,
    };
    assert.deepEqual(found, expected);
    const small = await reader.widget.locator('button, input, textarea, select').evaluateAll((elements) =>
      elements.filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        const shown = element.checkVisibility() && !element.matches('.skip');
        return shown && (width < 24 || height < 24);
      }).map(({ outerHTML }) => outerHTML));
    assert.deepEqual(small, [], 'everything can be hit');
    await closed(reader);
  });
}

test('the page’s font, colour and direction are the widget’s too', limits, async () => {
  await town.post('default', '/inherit', 'A root');
  const head = '<style>main { font: 20px/1.4 "Liberation Mono", monospace; color: rgb(10, 20, 30); }</style>';
  const reader = await town.visit({ thread: '/inherit' }, { around: { head, dir: 'rtl' } });
  const style = await reader.comment('A root').locator('.body').evaluate((element) => {
    const { fontFamily, fontSize, color } = getComputedStyle(element);
    return { fontFamily, fontSize, color, direction: getComputedStyle(element.closest('article')).direction };
  });
  const expected = { fontFamily: '"Liberation Mono", monospace', fontSize: '20px', color: 'rgb(10, 20, 30)', direction: 'rtl' };
  assert.deepEqual(style, expected);
  await closed(reader);
});

test('the custom properties and parts reach what they name', limits, async () => {
  await town.post('default', '/theme', 'A root');
  const head = `<style>
    rejoinder-comments { --rejoinder-accent: rgb(1, 2, 3); --rejoinder-background: rgb(4, 5, 6); --rejoinder-text: rgb(200, 201, 202);
      --rejoinder-radius: 7px; --rejoinder-font-size: 19px; }
    rejoinder-comments::part(heading) { text-decoration: underline; }
    rejoinder-comments::part(comment) { outline: 3px solid rgb(9, 9, 9); }
  </style>`;
  const reader = await town.visit({ thread: '/theme' }, { around: { head } });
  await reader.form.waitFor();
  const style = (locator, name) => locator.evaluate((element, property) => getComputedStyle(element)[property], name);
  const root = reader.widget.locator('.root');
  assert.equal(await style(reader.button('Post comment'), 'backgroundColor'), 'rgb(1, 2, 3)');
  assert.equal(await style(reader.button('Post comment'), 'borderTopLeftRadius'), '7px');
  assert.equal(await style(root, 'backgroundColor'), 'rgb(4, 5, 6)');
  assert.equal(await style(root, 'color'), 'rgb(200, 201, 202)');
  assert.equal(await style(root, 'fontSize'), '19px');
  assert.equal(await style(reader.widget.getByRole('heading').first(), 'textDecorationLine'), 'underline');
  assert.equal(await style(reader.comment('A root'), 'outlineWidth'), '3px');
  await closed(reader);
});

test('no page is too narrow', limits, async () => {
  let parent = null;
  for (let depth = 0; depth < 6; depth += 1) {
    parent = (await town.post('default', '/narrow', `${'Donaudampfschifffahrtsgesellschaft'.repeat(3)} ${depth}`, { parent })).id;
  }
  const options = { viewport: { width: 320, height: 640 } };
  const reader = await town.visit({ thread: '/narrow' }, { ...options, hash: `#rejoinder-${parent}` });
  await reader.focusOn(reader.comment(' 5'));
  await reader.form.waitFor();
  const { width, least } = await reader.page.evaluate(() => {
    const bodies = [...document.querySelector('rejoinder-comments').shadowRoot.querySelectorAll('.body')];
    return { width: document.documentElement.scrollWidth, least: Math.min(...bodies.map((one) => one.clientWidth)) };
  });
  assert.equal(width, 320);
  assert.ok(least > 120, `the narrowest text has ${least} px`);
  await closed(reader);
});

test('an attribute that changes shows another thread, and a move keeps what is there', limits, async () => {
  await town.post('default', '/one', 'In one');
  await town.post('default', '/two', 'In two');
  const reader = await town.visit({ thread: '/one' }, { around: { after: '<div id="elsewhere"></div>' } });
  await reader.comment('In one').waitFor();
  await reader.widget.evaluate((element) => element.setAttribute('thread', '/two'));
  await reader.comment('In two').waitFor();
  assert.deepEqual(await reader.texts(), ['In two']);
  const already = town.front.log.length;
  await reader.widget.evaluate((element) => document.querySelector('#elsewhere').append(element));
  await reader.settled();
  assert.deepEqual(await reader.texts(), ['In two']);
  assert.equal(town.front.log.length, already, 'nothing is read again');
  await closed(reader);
});

test('the methods do what a page asks them to', limits, async () => {
  const comment = await town.post('default', '/methods', 'A root');
  const reader = await town.visit({ thread: '/methods' });
  await reader.widget.evaluate((element) => element.focusForm('A beginning '));
  const field = reader.form.getByLabel('Your comment');
  await reader.focusOn(field);
  assert.equal(await field.inputValue(), 'A beginning ');
  assert.equal(await reader.widget.evaluate((element, id) => element.showComment(id), comment.id), true);
  await reader.focusOn(reader.comment('A root'));
  assert.equal(await reader.widget.evaluate((element) => element.showComment('0l8lf074i8epa')), false);
  await town.post('default', '/methods', 'Another');
  await reader.widget.evaluate((element) => element.refresh());
  await reader.comment('Another').waitFor();
  assert.equal(await field.inputValue(), 'A beginning ', 'what was typed stays');
  await closed(reader);
});

test('fifty times put in, moved, changed and taken out, nothing of it stays', limits, async () => {
  for (let number = 1; number <= 5; number += 1) await town.post('default', '/mounts', `Comment ${number}`);
  const reader = await town.visit({ thread: '/mounts' }, { around: { after: '<div id="elsewhere"></div>' } });
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Performance.enable');
  const measure = async () => {
    for (let turn = 0; turn < 3; turn += 1) await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const mount = (times) => reader.page.evaluate(async (count) => {
    document.querySelector('rejoinder-comments')?.remove();
    for (let turn = 0; turn < count; turn += 1) {
      const element = document.createElement('rejoinder-comments');
      element.setAttribute('thread', '/mounts');
      element.setAttribute('loading', 'eager');
      const ready = new Promise((done) => element.addEventListener('rejoinder:ready', done, { once: true }));
      document.querySelector('main').append(element);
      // Every third goes before there is an answer.
      if (turn % 3 !== 2) await ready;
      document.querySelector('#elsewhere').append(element);
      element.setAttribute('theme', 'dark');
      element.setAttribute('page-size', '3');
      element.remove();
    }
    globalThis.heard.length = 0;
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  }, times);

  await reader.comment('Comment 1').waitFor();
  await mount(10);
  const before = await measure();
  await mount(50);
  const grown = await measure();
  assert.equal(grown.JSEventListeners, before.JSEventListeners);
  assert.ok(grown.Nodes <= before.Nodes + 10, `${before.Nodes} nodes became ${grown.Nodes}`);
  const bytes = grown.JSHeapUsedSize - before.JSHeapUsedSize;
  assert.ok(bytes < 150_000, `the heap grew by ${bytes} bytes`);
  await closed(reader);
});

test('what a server has put into the page stays until there is something newer, with what was typed meanwhile', limits, async () => {
  await town.post('default', '/declared', 'From the service');
  const inside = `<template shadowrootmode="open"><section class="root" part="root" aria-labelledby="heading">
    <h2 id="heading">Comments</h2>
    <form class="form"><label for="f-name">Name</label><input id="f-name" name="name"><label for="f-body">Your comment</label>
      <textarea id="f-body" name="body"></textarea></form>
    <ol class="list"><li class="item"><article class="comment"><div class="body">From the page</div></article></li></ol>
  </section></template>`;
  let answer;
  const wait = new Promise((done) => (answer = done));
  town.front.delay('GET', /comments\?.*declared/, wait);
  const reader = await town.visit({ thread: '/declared' }, { around: { inside } });
  await reader.page.waitForFunction(() => customElements.get('rejoinder-comments'));
  await reader.comment('From the page').waitFor();
  await reader.widget.getByLabel('Your comment').fill('Typed early');
  answer();

  await reader.comment('From the service').waitFor();
  assert.equal(await reader.comment('From the page').count(), 0);
  await reader.button('Post comment').waitFor();
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'Typed early');
  assert.equal(await reader.widget.locator('.root').count(), 1);
  await closed(reader);
});
