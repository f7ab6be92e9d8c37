// That everybody can read and write: by keyboard, by ear, in the colours and with the movements that they can bear.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch } from './browser.mjs';
import { Keyboard } from './keyboard.mjs';
import { Town } from './reader.mjs';

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('moderated', '--moderation', 'pre', '--guidelines', 'Be kind.');
  town.site('short', '--max-characters', '150');
  town.site('marked', '--text-format', 'markdown');
});
after(async () => {
  await browser.close();
  await town.stop();
});

const limits = { timeout: 90_000 };

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** A thread with all that a thread can have: replies, a deep one, a tombstone and a long page. */
async function conversation(thread) {
  const root = await town.post('default', thread, 'A root', { name: 'Aksel' });
  let parent = root.id;
  for (const body of ['One below', 'Two below', 'Three below']) {
    parent = (await town.post('default', thread, body, { name: 'Liv', parent })).id;
  }
  for (let number = 1; number <= 4; number += 1) await town.post('default', thread, `Reply ${number}`, { parent: root.id });
  await town.post('default', thread, 'مرحبا بالعالم', { name: 'ليلى' });
  return root;
}

/** What the widget can look like: how one gets there from a page that has just been loaded. */
const STATES = [
  ['empty', { thread: '/states/empty' }, (reader) => reader.sees('No comments yet')],
  ['full', { thread: '/states/full', 'page-size': '1', sort: 'oldest' }, (reader) => reader.button('Show more comments').waitFor()],
  ['with errors at its fields', { thread: '/states/empty', email: '' }, async (reader) => {
    await reader.form.waitFor();
    await reader.send();
    await reader.sees('Write your name.');
  }],
  ['over the limit', { site: 'short', thread: '/states/over' }, async (reader) => {
    await reader.write('x'.repeat(160), 'Ada');
    await reader.send();
    await reader.sees('10 characters too long');
  }],
  ['with a text seen as it will look', { site: 'marked', thread: '/states/preview' }, async (reader) => {
    await reader.write('# A heading\n\n> a [link](https://news.example/)\n\n- `code`', 'Ada');
    await reader.button('Preview').click();
    await reader.widget.getByRole('group', { name: 'Preview' }).waitFor();
  }],
  ['with a reply being written', { thread: '/states/full' }, async (reader) => {
    await reader.button('Reply to Aksel').first().click();
    await reader.widget.getByLabel('Your reply to Aksel').waitFor();
  }],
  ['with a branch closed, and a link to be copied by hand', { thread: '/states/full', replies: '20' }, async (reader) => {
    await reader.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await reader.button('Hide replies').first().click();
    await reader.button('Copy link').first().click();
    await reader.widget.getByLabel('Copy this link:').waitFor();
  }],
  ['with a report being written', { thread: '/states/full' }, async (reader) => {
    await reader.button('Report the comment by Aksel').first().click();
    await reader.widget.getByText('What is wrong with this comment?').waitFor();
  }],
  ['with a report without a reason', { thread: '/states/full' }, async (reader) => {
    await reader.button('Report the comment by Aksel').first().click();
    await reader.button('Send report').click();
    await reader.sees('Choose what is wrong.');
  }],
  ['with a comment reported', { thread: '/states/full' }, async (reader) => {
    await reader.button('Report the comment by Aksel').first().click();
    await reader.widget.getByLabel('It is spam or advertising').check();
    await reader.button('Send report').click();
    await reader.button('Reported').waitFor();
  }],
  ['with a change being written, and an e-mail field', { thread: '/states/edit', email: '' }, async (reader) => {
    await reader.post('My own', 'Ada');
    await reader.button('Edit').click();
    await reader.widget.getByLabel('Change your comment').waitFor();
  }],
  ['with a comment of one’s own that waits', { site: 'moderated', thread: '/states/held' }, async (reader) => {
    await reader.post('May I?', 'Ada');
    await reader.widget.getByText('What we ask of you').click();
    await reader.button('Delete').click();
    await reader.sees('Delete this comment?');
  }],
  ['without a service', { thread: '/states/down', site: 'unknown' }, (reader) => reader.button('Try again').waitFor()],
];

const DARK = '<style>@media (prefers-color-scheme: dark) { html { background: #14171b; color: #e9e6de } }</style>';

for (const [name, attributes, arrive] of STATES) {
  test(`axe finds nothing in the widget ${name}, in light and dark, from left and from right`, limits, async () => {
    if (attributes.thread === '/states/full') await conversation('/states/full');
    const reader = await town.visit(attributes, { around: { head: DARK }, judged: true });
    await arrive(reader);
    for (const colorScheme of ['light', 'dark']) {
      await reader.page.emulateMedia({ colorScheme });
      await reader.settled();
      for (const dir of ['ltr', 'rtl']) {
        await reader.page.evaluate((direction) => (document.documentElement.dir = direction), dir);
        await assertAccessible(reader.page, `${name}, ${colorScheme}, ${dir}`);
      }
    }
    await closed(reader);
  });
}

test('a whole visit by keyboard alone', limits, async () => {
  await conversation('/keyboard');
  const after_ = '<a href="#after">After the comments</a>';
  const reader = await town.visit({ thread: '/keyboard', 'page-size': '1' }, { around: { after: after_ } });
  await reader.form.waitFor();
  const { page } = reader;
  const keyboard = new Keyboard(page);

  // Past all of it, and back.
  await keyboard.use('button', 'Skip the comments');
  await keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'After the comments');
  await page.evaluate(() => document.activeElement.blur());

  await keyboard.fill('Name', 'Ada');
  await keyboard.fill('Your comment', 'By keyboard');
  await keyboard.use('button', 'Post comment');
  await reader.focusOn(reader.comment('By keyboard'));

  await keyboard.use('button', 'Edit');
  await keyboard.fill('Change your comment', 'By keyboard alone');
  await keyboard.use('button', 'Save');
  await reader.comment('By keyboard alone').waitFor();

  await keyboard.use('button', 'Vote for it, 0 votes');
  await reader.button('Vote for it, 1 vote').waitFor();
  await keyboard.use('button', 'Reply to ليلى');
  await keyboard.fill('Your reply to ليلى', 'An answer');
  await keyboard.press('Control+Enter');
  await reader.focusOn(reader.comment('An answer'));

  await keyboard.use('button', 'Show more comments');
  await reader.comment('A root').waitFor();
  await reader.focusOn(reader.comment('A root'));
  await keyboard.use('button', /Show \d more repl/);
  await reader.comment('Reply 4').waitFor();

  await keyboard.use('button', 'Hide replies');
  await keyboard.press('Enter');
  await reader.focusOn(reader.button('Hide replies').first());

  await keyboard.use('button', 'Report the comment by Aksel');
  await keyboard.press('Space');
  await keyboard.use('button', 'Send report');
  await reader.sees('Thank you. The moderators will look at it.');

  await page.evaluate(() => document.activeElement.blur());
  await keyboard.tabTo('combobox', 'Sort by');
  await keyboard.press('ArrowDown');
  await reader.widget.locator('.list .item').first().filter({ hasText: 'A root' }).waitFor();

  await keyboard.use('button', 'Delete');
  await reader.focusOn(reader.button('Keep'));
  await keyboard.press('Escape');
  await reader.focusOn(reader.button('Delete').first());
  await keyboard.press('Enter');
  await reader.focusOn(reader.button('Keep'));
  await keyboard.press('Shift+Tab', 'Enter');
  await reader.seesNo('By keyboard alone');
  await closed(reader);
});

test('where the focus is can always be seen', limits, async () => {
  await conversation('/focus');
  const reader = await town.visit({ thread: '/focus' });
  await reader.form.waitFor();
  await reader.page.keyboard.press('Tab');
  for (let stop = 0; stop < 30; stop += 1) {
    const found = await reader.page.evaluate(() => {
      const element = document.activeElement?.shadowRoot?.activeElement;
      if (!element) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { top, bottom, width } = element.getBoundingClientRect();
      const inView = bottom > 0 && top < innerHeight && width > 1;
      return { seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && inView, element: element.outerHTML };
    });
    if (found) assert.ok(found.seen, found.element);
    await reader.page.keyboard.press('Tab');
  }
  await closed(reader);
});

test('there is one live region, and while one types it says little and not often', limits, async () => {
  const reader = await town.visit({ site: 'short', thread: '/live' });
  await reader.form.waitFor();
  const regions = await reader.widget.evaluate((element) =>
    [...element.shadowRoot.querySelectorAll('[aria-live], [role=status], [role=alert], [role=log], output')].length);
  assert.equal(regions, 1);
  await reader.widget.evaluate((element) => {
    globalThis.said = [];
    const region = element.shadowRoot.querySelector('[aria-live]');
    const note = () => globalThis.said.push({ text: region.textContent, at: performance.now() });
    new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
  });
  const field = reader.form.getByLabel('Your comment');
  const type = (count) => field.pressSequentially('x'.repeat(count), { delay: 5 });
  await type(130);
  await reader.live.getByText('20 characters left').waitFor();
  await type(15);
  await reader.live.getByText('5 characters left').waitFor();
  await type(55);
  await reader.live.getByText('50 characters too many').waitFor();

  const said = await reader.page.evaluate(() => globalThis.said);
  assert.deepEqual(said.map(({ text }) => text), ['20 characters left', '5 characters left', '50 characters too many']);
  for (let index = 1; index < said.length; index += 1) {
    const apart = said[index].at - said[index - 1].at;
    assert.ok(apart >= 1_000, `${apart} ms between two announcements`);
  }
  await closed(reader);
});

test('a limit that is far away is never announced', limits, async () => {
  const reader = await town.visit({ thread: '/far' });
  await reader.form.waitFor();
  await reader.page.clock.install();
  await reader.form.getByLabel('Your comment').pressSequentially('Only a few words');
  await reader.page.clock.runFor(10_000);
  assert.equal(await reader.live.textContent(), '');
  assert.equal(await reader.widget.locator('.counter').getAttribute('aria-hidden'), 'true');
  const hint = await reader.form.getByLabel('Your comment').getAttribute('aria-describedby');
  const described = await reader.widget.evaluate((element, ids) =>
    ids.split(' ').map((id) => element.shadowRoot.getElementById(id)?.textContent).join(' '), hint);
  assert.match(described, /At most 300 characters\./);
  await closed(reader);
});

test('in colours that are forced on it, what is pressed, marked or in focus can still be told', limits, async () => {
  const comment = await town.post('default', '/forced', 'A root');
  const reader = await town.visit({ thread: '/forced' }, { forcedColors: 'active', hash: `#rejoinder-${comment.id}` });
  await reader.comment('A root').getByText('Linked comment').waitFor();
  const style = (locator, name) => locator.evaluate((element, property) => getComputedStyle(element)[property], name);
  const vote = reader.button(/^Vote for it/);
  const before = await style(vote, 'outlineStyle');
  await vote.click();
  await vote.and(reader.page.locator('[aria-pressed=true]')).waitFor();
  await reader.page.mouse.move(0, 0);
  await reader.comment('A root').focus();
  assert.notEqual(await style(vote, 'outlineStyle'), before);
  assert.notEqual(await style(reader.button('Post comment'), 'borderTopStyle'), 'none');
  assert.notEqual(await style(reader.comment('A root'), 'borderTopStyle'), 'none');
  await closed(reader);
});

test('nothing moves for those who asked that nothing move', limits, async () => {
  await conversation('/still');
  const reader = await town.visit({ thread: '/still' });
  await reader.form.waitFor();
  const moving = await reader.widget.evaluate((element) =>
    [...element.shadowRoot.querySelectorAll('*')].filter((one) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
      return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth';
    }).map(({ outerHTML }) => outerHTML.slice(0, 80)));
  assert.deepEqual(moving, []);
  await closed(reader);
});

test('text that is spaced wider still fits', limits, async () => {
  await conversation('/spacing');
  // WCAG 1.4.12, as a reader's own style sheet sets it; inherited, as it is into a shadow.
  const head = '<style>main { line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em }</style>';
  const reader = await town.visit({ thread: '/spacing' }, { around: { head }, viewport: { width: 320, height: 800 } });
  await reader.form.waitFor();
  const cut = await reader.widget.evaluate((element) =>
    [...element.shadowRoot.querySelectorAll('button, label, .body, .meta, h2, .hint')]
      .filter((one) => one.checkVisibility() && !one.matches('.skip') && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
      .map(({ outerHTML }) => outerHTML.slice(0, 80)));
  assert.deepEqual(cut, []);
  assert.equal(await reader.page.evaluate(() => document.documentElement.scrollWidth), 320);
  await closed(reader);
});

test('headings begin at the level that the page asks for', limits, async () => {
  const reader = await town.visit({ thread: '/level', 'heading-level': '4' });
  await reader.widget.getByRole('heading', { name: 'Comments', level: 4 }).waitFor();
  await closed(reader);
});
