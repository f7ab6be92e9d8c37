// That nothing which was typed gets lost: not by a reload, by what others do, nor by what is being sent meanwhile.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Town } from './reader.mjs';

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('marked', '--text-format', 'markdown');
});
after(async () => {
  await browser.close();
  await town.stop();
});

afterEach(() => town.front.mend());

const limits = { timeout: 60_000 };
const POSTS = /\/comments$/;

/** The name under which a draft of a thread of the site `default` is kept. */
const draft = (thread, of = '') => `rejoinder:draft:${town.front.origin}:default:${thread}:${of}`;

/** What the page has stored under a name. */
const stored = (reader, name) => reader.page.evaluate((key) => localStorage.getItem(key), name);

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** Lets the next post wait until what is given back is called. */
function holdPost() {
  let go;
  town.front.delay('POST', POSTS, new Promise((done) => (go = done)));
  return go;
}

/** Waits until the form says that its text is on its way. */
const sending = (reader) => reader.button('Sending …').waitFor();

function closeThread(key) {
  town.service.command('thread', 'set', 'default', key, '--state', 'closed');
}

test('where storage is full, the newer text counts, and a post without an answer is sent again under its key', limits, async () => {
  const reader = await town.visit({ thread: '/full' }, {
    around: { head: `<script>
      const set = Storage.prototype.setItem;
      Storage.prototype.setItem = function (name, value) {
        if (globalThis.full && name.includes('draft:')) throw new DOMException('', 'QuotaExceededError');
        set.call(this, name, value);
      };
    </script>` },
  });
  const field = reader.form.getByLabel('Your comment');
  await reader.write('abc', 'Ada');
  await reader.page.waitForFunction((name) => localStorage.getItem(name) !== null, draft('/full'));
  await reader.page.evaluate(() => (globalThis.full = true));
  await field.fill('abcdef');
  await reader.page.evaluate(() => dispatchEvent(new Event('pagehide')));
  void town.front.fail('POST', POSTS, 'lose', Infinity);
  await reader.send();
  await reader.sees('No answer came');
  town.front.mend();
  await reader.send();
  await reader.comment('abcdef').waitFor();
  const { document } = await town.service.ask('GET', 'sites/default/counts?thread=/full');
  assert.equal(document.counts[0].comment_count, 1);

  // Another form of the same thread reads what is kept.
  await field.fill('newer');
  await reader.widget.evaluate((element) => element.setAttribute('page-size', '5'));
  await reader.comment('abcdef').waitFor();
  assert.equal(await field.inputValue(), 'newer');
  assert.notEqual(JSON.parse(await stored(reader, draft('/full')) ?? '{}').text, 'abc');
  await closed(reader);
});

test('a damaged draft is a draft without what is damaged', limits, async () => {
  const damaged = [
    { text: 'x', pending: {} },
    { text: 'x', pending: { key: 'ä', request: '{}', token: 7 } },
    { text: 'x', pending: { key: '0'.repeat(32), request: '[', token: null } },
    { text: 'x', pending: { key: '0'.repeat(32), request: 'null', token: null } },
    { text: 'x', pending: 'later' },
  ];
  for (const [index, value] of damaged.entries()) {
    const thread = `/damaged/${index}`;
    const reader = await town.visit({ thread });
    await reader.form.waitFor();
    await reader.page.evaluate(([name, text]) => localStorage.setItem(name, text), [draft(thread), JSON.stringify(value)]);
    // The form as it is would be kept when the page is left.
    await reader.page.goto('about:blank');
    await reader.page.goBack();
    await reader.form.waitFor();
    assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'x', JSON.stringify(value));
    await reader.post('Sent all the same', 'Ada');
    await closed(reader);
  }
});

test('what was written stays to be copied when the thread is closed, and can’t be sent', limits, async () => {
  await town.post('default', '/closing', 'The last word');
  const reader = await town.visit({ thread: '/closing', refresh: '0' });
  await reader.write('Not quite finished', 'Ada');
  closeThread('/closing');
  await reader.widget.evaluate((element) => element.refresh());
  await reader.sees('Comments are closed now. Copy your text if you want to keep it.');
  const field = reader.form.getByLabel('Your comment');
  assert.equal(await field.inputValue(), 'Not quite finished');
  assert.equal(await reader.button('Post comment').count(), 0);
  await field.press('Control+Enter');

  await reader.page.reload();
  await reader.sees('Comments are closed now.');
  assert.equal(await field.inputValue(), 'Not quite finished');
  assert.deepEqual(town.front.asked('POST', POSTS).filter(({ body }) => body.includes('Not quite')), []);
  await field.fill('');
  await reader.page.reload();
  await reader.sees('Comments are closed.');
  assert.equal(await reader.form.count(), 0);
  await closed(reader);
});

test('a change that isn’t saved is there again after a reload, and when its comment comes back', limits, async () => {
  const reader = await town.visit({ thread: '/changes', 'page-size': '1' });
  await reader.post('As it was', 'Ada');
  const [{ comment }] = await reader.heard('posted');
  await reader.button('Edit').click();
  const field = reader.widget.getByLabel('Change your comment');
  await field.fill('As it shall be');
  await reader.page.reload();
  await field.waitFor();
  assert.equal(await field.inputValue(), 'As it shall be');

  await town.post('default', '/changes', 'Somebody else');
  // What is one's own and new is always shown; so it isn't that new.
  const created_at = new Date(Date.parse(comment.created_at) - 90_000).toISOString();
  town.front.answer('GET', /\/viewer/, JSON.stringify({ comments: [{ ...comment, created_at }], votes: [] }));
  await reader.widget.evaluate((element) => element.refresh());
  await reader.comment('Somebody else').waitFor();
  await field.waitFor({ state: 'detached' });
  await reader.button('Show more comments').click();
  await field.waitFor();
  assert.equal(await field.inputValue(), 'As it shall be');

  town.front.mend();
  await reader.button('Save').click();
  await reader.comment('As it shall be').waitFor();
  await reader.page.reload();
  await reader.comments.first().waitFor();
  await reader.form.waitFor();
  await reader.settled();
  assert.equal(await field.count(), 0);
  await closed(reader);
});

test('a change that was cancelled is forgotten', limits, async () => {
  const reader = await town.visit({ thread: '/cancelled' });
  await reader.post('As it was', 'Ada');
  await reader.button('Edit').click();
  const field = reader.widget.getByLabel('Change your comment');
  await field.fill('As it shall be');
  await reader.button('Cancel').click();
  await reader.focusOn(reader.comment('As it was'));
  await reader.button('Edit').click();
  assert.equal(await field.inputValue(), 'As it was');
  const { length } = await reader.page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes(':edit:')));
  assert.equal(length, 0);
  await closed(reader);
});

test('a reply that isn’t sent is open again after a reload, unless it was put away', limits, async () => {
  await town.post('default', '/replies', 'First root', { name: 'Aksel' });
  await town.post('default', '/replies', 'Second root', { name: 'Liv' });
  const reader = await town.visit({ thread: '/replies' });
  const [one, other] = [reader.widget.getByLabel('Your reply to Aksel'), reader.widget.getByLabel('Your reply to Liv')];
  await reader.button('Reply to Aksel').click();
  await one.fill('Half an answer');
  await reader.button('Reply to Liv').click();
  await other.fill('Not now');
  await reader.button('Cancel', reader.comment('Second root')).click();
  await reader.focusOn(reader.button('Reply to Liv'));
  await reader.page.reload();

  await one.waitFor();
  assert.equal(await one.inputValue(), 'Half an answer');
  assert.equal(await other.count(), 0);
  await reader.button('Reply to Liv').click();
  assert.equal(await other.inputValue(), 'Not now');
  await closed(reader);
});

test('what is written while a post is on its way is kept', limits, async () => {
  const reader = await town.visit({ thread: '/meanwhile' });
  const field = reader.form.getByLabel('Your comment');
  await reader.write('Sent', 'Ada');
  const go = holdPost();
  await reader.send();
  await sending(reader);
  await reader.widget.evaluate((element) => element.focusForm('Another one'));
  assert.equal(await field.inputValue(), 'Another one');
  go();
  await reader.comment('Sent').waitFor();
  assert.equal(await field.inputValue(), 'Another one');
  await reader.page.reload();
  assert.equal(await field.inputValue(), 'Another one');
  await reader.post('Another one');
  await closed(reader);
});

test('a reply that is on its way can’t be cancelled', limits, async () => {
  await town.post('default', '/sending', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/sending' });
  await reader.button('Reply to Aksel').click();
  const form = reader.formOf('Your reply to Aksel');
  await form.getByLabel('Name').fill('Liv');
  await form.getByLabel('Your reply to Aksel').fill('An answer');
  const go = holdPost();
  await reader.button('Post reply').click();
  await sending(reader);
  assert.equal(await reader.button('Cancel').getAttribute('aria-disabled'), 'true');
  await reader.button('Cancel').click({ force: true });
  await form.getByLabel('Your reply to Aksel').press('Escape');
  assert.equal(await form.count(), 1);
  go();
  await reader.comment('An answer').waitFor();
  await form.waitFor({ state: 'detached' });
  await closed(reader);
});

test('an answer that comes late leaves the focus to whoever writes elsewhere by then', limits, async () => {
  await town.post('default', '/focus', 'A root', { name: 'Aksel' });
  const after = '<label>Search <input id="search"></label>';
  const reader = await town.visit({ thread: '/focus' }, { around: { after } });
  await reader.write('Slow', 'Ada');
  const go = holdPost();
  await reader.send();
  await sending(reader);
  await reader.button('Reply to Aksel').click();
  const field = reader.widget.getByLabel('Your reply to Aksel');
  await reader.focusOn(field);
  go();
  await reader.comment('Slow').waitFor();
  await reader.settled();
  await reader.focusOn(field);

  await reader.write('Slower');
  const goAgain = holdPost();
  await reader.send();
  await sending(reader);
  await reader.page.locator('#search').focus();
  goAgain();
  await reader.comment('Slower').waitFor();
  await reader.settled();
  assert.equal(await reader.page.evaluate(() => document.activeElement.id), 'search');
  await closed(reader);
});

test('Escape closes a reply, a change and a report in which nothing was written, and nothing else', limits, async () => {
  await town.post('default', '/escape', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/escape' });
  await reader.post('My own', 'Ada');
  const reply = reader.widget.getByLabel('Your reply to Aksel');
  await reader.button('Reply to Aksel').click();
  await reply.press('Escape');
  await reply.waitFor({ state: 'detached' });
  await reader.focusOn(reader.button('Reply to Aksel'));
  await reader.button('Reply to Aksel').click();
  await reply.fill('Something');
  await reply.press('Escape');
  assert.equal(await reply.inputValue(), 'Something');

  const change = reader.widget.getByLabel('Change your comment');
  await reader.button('Edit').click();
  await change.press('Escape');
  await change.waitFor({ state: 'detached' });
  await reader.button('Edit').click();
  await change.fill('Changed');
  await change.press('Escape');
  assert.equal(await change.inputValue(), 'Changed');

  await reader.button('Report the comment by Aksel').click();
  await reader.widget.getByText('What is wrong with this comment?').waitFor();
  await reader.page.keyboard.press('Escape');
  await reader.seesNo('What is wrong with this comment?');
  await reader.focusOn(reader.button('Report the comment by Aksel'));
  // The reply that the report stood in the place of is there again.
  assert.equal(await reply.inputValue(), 'Something');
  await closed(reader);
});

test('fifty forms opened and closed again leave nothing behind', limits, async () => {
  await town.post('default', '/forms', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/forms' });
  await reader.post('My own', 'Ada');
  const session = await reader.context.newCDPSession(reader.page);
  await session.send('Performance.enable');
  const measure = async () => {
    for (let turn = 0; turn < 3; turn += 1) await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const toggle = (times) => reader.widget.evaluate(async (element, count) => {
    const root = element.shadowRoot;
    const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    for (let turn = 0; turn < count; turn += 1) {
      for (const act of ['reply', 'edit', 'report']) {
        [...root.querySelectorAll(`.comment [data-action=${act}]`)].at(-1).click();
        await settled();
        root.querySelector('.comment .form .button').click();
        await settled();
      }
    }
  }, times);
  await toggle(5);
  const before = await measure();
  await toggle(50);
  const grown = await measure();
  assert.ok(grown.JSEventListeners <= before.JSEventListeners + 5, `${before.JSEventListeners} listeners became ${grown.JSEventListeners}`);
  assert.ok(grown.Nodes <= before.Nodes + 30, `${before.Nodes} nodes became ${grown.Nodes}`);
  await closed(reader);
});

test('where Markdown works, keys put marks around what is selected, and can be undone', limits, async () => {
  const reader = await town.visit({ site: 'marked', thread: '/marks' });
  const field = reader.form.getByLabel('Your comment');
  await field.fill('word');
  const cases = [['b', '**word**'], ['i', '*word*'], ['k', '[word](https://)']];
  for (const [key, marked] of cases) {
    await field.press('ControlOrMeta+a');
    await field.press(`ControlOrMeta+${key}`);
    assert.equal(await field.inputValue(), marked);
    await field.press('ControlOrMeta+z');
    assert.equal(await field.inputValue(), 'word');
  }
  const plain = await town.visit({ thread: '/marks' });
  await plain.form.getByLabel('Your comment').fill('word');
  await plain.form.getByLabel('Your comment').press('ControlOrMeta+a');
  await plain.form.getByLabel('Your comment').press('ControlOrMeta+b');
  assert.equal(await plain.form.getByLabel('Your comment').inputValue(), 'word');
  await closed(plain);
  await closed(reader);
});
