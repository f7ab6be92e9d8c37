// What people write under an article: it arrives once, nothing that was typed gets lost, and every refusal is a sentence.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { Town } from './reader.mjs';

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('moderated', '--moderation', 'pre');
  town.site('short', '--max-characters', '40');
  town.site('marked', '--text-format', 'markdown', '--max-characters', '150');
  town.site('brief', '--edit-window-seconds', '2');
});
after(async () => {
  await browser.close();
  await town.stop();
});

const limits = { timeout: 60_000 };
const POSTS = /\/comments$/;

/** How many comments there are in a thread, by the service's own word. */
async function count(site, thread) {
  const { document } = await town.service.ask('GET', `sites/${site}/counts?thread=${encodeURIComponent(thread)}`);
  return document.counts[0].comment_count;
}

/** The keys of the posts that the service was asked to make in this thread. */
const keys = (thread) =>
  town.front.asked('POST', POSTS).filter(({ body }) => JSON.parse(body).thread.key === thread)
    .map(({ headers }) => headers['idempotency-key']);

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

test('a comment is shown, counted, announced and focused when it is posted', limits, async () => {
  const reader = await town.visit({ thread: '/post' });
  await reader.sees('No comments yet');
  await reader.post('The light was on again.', 'Ada');

  await reader.focusOn(reader.comment('The light was on again.'));
  await reader.sees('Comments 1');
  await reader.live.getByText('Your comment was posted.').waitFor();
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), '');
  assert.equal(await count('default', '/post'), 1);
  const [{ comment }] = await reader.heard('posted');
  assert.equal(comment.body, 'The light was on again.');
  assert.deepEqual(await reader.heard('count'), [{ count: 0 }, { count: 1 }]);
  await closed(reader);
});

test('a text is seen as it will look before it is posted, where texts have a form', limits, async () => {
  const reader = await town.visit({ site: 'marked', thread: '/preview' }, { headers: {
    'Content-Security-Policy':
      `default-src 'none'; script-src ${town.front.origin}; connect-src ${town.front.origin}; img-src data:; ` +
      "require-trusted-types-for 'script'; trusted-types 'none'",
  } });
  await reader.form.waitFor();
  const loads = () => town.front.log.filter(({ path }) => path.startsWith('/preview.js')).length;
  const before = loads();
  await reader.write('An *early* boat <img src=x onerror=alert(1)>\n\n# Below\n\n- one', 'Ada');
  const button = reader.button('Preview', reader.form);
  const shown = reader.form.getByRole('group', { name: 'Preview' });
  assert.equal(await button.getAttribute('aria-expanded'), 'false');
  await button.focus();
  await reader.page.keyboard.press('Enter');
  await shown.waitFor();
  await reader.focusOn(button);
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  assert.equal(loads(), before + 1);
  assert.deepEqual(await shown.locator('em').allTextContents(), ['early']);
  assert.deepEqual(await shown.locator('h3').allTextContents(), ['Below']);
  assert.equal(await shown.locator('img').count(), 0);
  const html = await shown.innerHTML();

  // It goes at another press, and when the text is another one.
  await button.click();
  await shown.waitFor({ state: 'hidden' });
  await button.click();
  await shown.waitFor();
  await reader.form.getByLabel('Your comment').press('End');
  await reader.page.keyboard.type('.');
  await shown.waitFor({ state: 'hidden' });
  assert.equal(await button.getAttribute('aria-expanded'), 'false');
  await reader.page.keyboard.press('Backspace');
  await button.click();
  await shown.waitFor();

  // And it was right.
  await reader.send();
  await reader.comment('early').waitFor();
  await shown.waitFor({ state: 'hidden' });
  assert.equal(await reader.comment('early').locator('.body').innerHTML(), html);
  const sent = town.front.asked('POST', /\/preview$/).at(-1);
  assert.equal(sent.headers.authorization, undefined);
  assert.equal(JSON.parse(sent.body).thread, '/preview');

  // Changes and answers have one too.
  await reader.button('Edit').click();
  await reader.button('Preview', reader.formOf('Change your comment')).click();
  await reader.formOf('Change your comment').getByRole('group', { name: 'Preview' }).waitFor();
  await closed(reader);

  const plain = await town.visit({ thread: '/preview' });
  await plain.form.waitFor();
  assert.equal(await plain.button('Preview').count(), 0);
  await closed(plain);
});

test('a text that can’t be shown beforehand can be sent all the same', limits, async () => {
  const reader = await town.visit({ site: 'marked', thread: '/unseen' });
  await reader.form.waitFor();
  const button = reader.button('Preview', reader.form);
  await reader.write('', 'Ada');
  await button.click();
  await reader.sees('Write something first.');
  await reader.focusOn(reader.form.getByLabel('Your comment'));
  await reader.write('x'.repeat(151));
  await button.click();
  await reader.sees('Your text is 1 character too long.');

  await reader.write('Too often');
  const problem = { code: 'rate_limited', title: 'x', status: 429, detail: 'x', retry_after_seconds: 30 };
  town.front.answer('POST', /\/preview$/, JSON.stringify(problem), 429, { 'Content-Type': 'application/problem+json' });
  await button.click();
  await reader.sees('That was a lot at once.');
  assert.equal((await reader.heard('error')).at(-1).problem.code, 'rate_limited');
  town.front.mend();
  await reader.send();
  await reader.comment('Too often').waitFor();

  // Where the part can't be had, it says so.
  void town.front.fail('GET', /^\/preview\.js/, 'drop', 9);
  const other = await town.visit({ site: 'marked', thread: '/unloaded' });
  await other.form.waitFor();
  await other.write('Without it', 'Ada');
  await other.button('Preview', other.form).click();
  await other.sees('The comments can’t be reached right now.');
  town.front.mend();
  await other.button('Preview', other.form).click();
  await other.form.getByRole('group', { name: 'Preview' }).waitFor();
  await closed(reader);
  await other.leave();
});

test('a reply stands below what it answers', limits, async () => {
  const root = await town.post('default', '/reply', 'Who sets the lamp?', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/reply' });
  await reader.button('Reply to Aksel').click();
  const form = reader.formOf('Your reply to Aksel');
  await form.getByLabel('Name').fill('Liv');
  await form.getByLabel('Your reply to Aksel').fill('Nobody knows.');
  await form.getByRole('button', { name: 'Post reply' }).click();

  const reply = reader.widget.locator(`.item:has(> #c-${root.id})`).getByRole('list').getByRole('article');
  await reply.filter({ hasText: 'Nobody knows.' }).waitFor();
  await reader.focusOn(reply);
  await form.waitFor({ state: 'detached' });
  assert.equal(await reader.form.getByLabel('Name').inputValue(), 'Liv', 'who signed once needn’t sign again');
  await closed(reader);
});

test('a comment that waits for a moderator is shown to its writer, also after a reload, and to nobody else', limits, async () => {
  const reader = await town.visit({ site: 'moderated', thread: '/held' });
  await reader.sees('A moderator reads comments before they appear.');
  await reader.post('May I?', 'Ada');
  await reader.sees('Waits for a moderator. Only you can see it.');
  await reader.live.getByText('Your comment waits for a moderator').waitFor();
  await reader.page.reload();
  await reader.comment('May I?').getByText('Waits for a moderator').waitFor();

  const other = await town.visit({ site: 'moderated', thread: '/held' });
  await other.sees('No comments yet');
  assert.equal(await other.comments.count(), 0);
  await closed(reader);
  await closed(other);
});

test('a comment can be changed by its writer', limits, async () => {
  const reader = await town.visit({ thread: '/edit' });
  await reader.post('It leaves at elven.', 'Ada');
  await reader.button('Edit').click();
  const form = reader.formOf('Change your comment');
  assert.equal(await form.getByRole('textbox').inputValue(), 'It leaves at elven.');
  await form.getByRole('textbox').fill('It leaves at eleven.');
  await form.getByRole('button', { name: 'Save' }).click();

  await reader.comment('It leaves at eleven.').getByText('edited').waitFor();
  await reader.live.getByText('Your change was saved.').waitFor();
  await closed(reader);
});

test('a comment is deleted after a question, and the focus goes to what is next', limits, async () => {
  await town.post('default', '/delete', 'Older');
  const reader = await town.visit({ thread: '/delete' });
  await reader.post('Too hasty', 'Ada');
  await reader.button('Delete').click();
  await reader.sees('Delete this comment?');
  await reader.focusOn(reader.button('Keep'));
  await reader.button('Keep').click();
  await reader.focusOn(reader.button('Delete'));
  await reader.button('Delete').click();
  await reader.widget.getByRole('group', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete' }).click();

  await reader.comment('Too hasty').waitFor({ state: 'detached' });
  await reader.focusOn(reader.comment('Older'));
  await reader.live.getByText('Your comment was deleted.').waitFor();
  assert.equal(await count('default', '/delete'), 1);
  await closed(reader);
});

test('the buttons to change and delete a comment go away when their time is over', limits, async () => {
  const reader = await town.visit({ site: 'brief', thread: '/window' });
  await reader.post('Quick', 'Ada');
  await reader.button('Edit').waitFor();
  await reader.button('Edit').waitFor({ state: 'detached', timeout: 10_000 });
  assert.equal(await reader.button('Delete').count(), 0);
  await closed(reader);
});

test('what was typed is still there after a reload, for a comment and for a reply', limits, async () => {
  await town.post('default', '/draft', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/draft' });
  await reader.write('Half a thou', 'Ada');
  await reader.button('Reply to Aksel').click();
  await reader.widget.getByLabel('Your reply to Aksel').fill('Half an answer');
  await reader.page.reload();

  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'Half a thou');
  await reader.button('Reply to Aksel').click();
  assert.equal(await reader.widget.getByLabel('Your reply to Aksel').inputValue(), 'Half an answer');
  await closed(reader);
});

test('the name is remembered for the next comment', limits, async () => {
  const reader = await town.visit({ thread: '/name' });
  await reader.post('First', 'Ada');
  await reader.page.reload();
  assert.equal(await reader.form.getByLabel('Name').inputValue(), 'Ada');
  await reader.post('Second');
  assert.equal(await reader.comment('Second').locator('.author').textContent(), 'Ada');
  await closed(reader);
});

test('a comment whose answer is lost is sent again under the same key, and posted once', limits, async () => {
  const reader = await town.visit({ thread: '/lost' });
  await reader.write('Only once', 'Ada');
  void town.front.fail('POST', POSTS, 'lose');
  await reader.send();

  await reader.comment('Only once').waitFor();
  const [first, second, ...more] = keys('/lost');
  assert.ok(first, 'the post has a key');
  assert.equal(second, first);
  assert.deepEqual(more, []);
  assert.equal(await count('default', '/lost'), 1);
  assert.equal(await reader.comment('Only once').count(), 1);
  await closed(reader);
});

test('a comment without an answer at the time of a reload is sent again under the same key, and posted once', limits, async () => {
  const reader = await town.visit({ thread: '/reload' });
  await reader.write('Still only once', 'Ada');
  const arrived = town.front.fail('POST', POSTS, 'keep');
  await reader.send();
  await arrived;
  await reader.page.reload();

  await reader.sees('No answer came when this was sent.');
  await reader.send();
  await reader.comment('Still only once').waitFor();
  assert.equal(new Set(keys('/reload')).size, 1);
  assert.equal(await count('default', '/reload'), 1);
  assert.equal(await reader.comment('Still only once').count(), 1);
  await closed(reader);
});

test('the counter falls as the service counts, and turns to words near the limit', limits, async () => {
  const reader = await town.visit({ site: 'short', thread: '/counter' });
  const counter = reader.widget.locator('.counter');
  await reader.form.waitFor();
  const cases = [
    ['', '40'],
    ['hello', '35'],
    ['👩‍👩‍👧‍👦'.repeat(5), '35'],
    ['e\u0301é', '38'],
    ['x'.repeat(31), '9'],
    ['x'.repeat(32), '8 characters left'],
    ['x'.repeat(39), '1 character left'],
    ['x'.repeat(40), '0 characters left'],
    ['x'.repeat(41), '1 character too many'],
    ['x'.repeat(54), '14 characters too many'],
  ];
  for (const [text, said] of cases) {
    await reader.form.getByLabel('Your comment').fill(text);
    assert.equal(await counter.textContent(), said, JSON.stringify(text));
  }
  await closed(reader);
});

test('a text that is too long is said to be so, and not cut', limits, async () => {
  const reader = await town.visit({ site: 'short', thread: '/long' });
  const long = 'x'.repeat(54);
  await reader.write(long, 'Ada');
  await reader.send();

  const field = reader.form.getByLabel('Your comment');
  await reader.sees('Your text is 14 characters too long. Nothing was cut; shorten it.');
  assert.equal(await field.inputValue(), long);
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await reader.focusOn(field);
  assert.equal(await count('short', '/long'), 0);
  await reader.post('x'.repeat(40));
  await closed(reader);
});

test('what is missing is said at its field', limits, async () => {
  const reader = await town.visit({ thread: '/missing' });
  await reader.form.waitFor();
  await reader.send();
  await reader.focusOn(reader.form.getByLabel('Name'));
  await reader.sees('Write your name.');
  await reader.write(' ', 'Ada');
  await reader.send();
  await reader.focusOn(reader.form.getByLabel('Your comment'));
  await reader.sees('Write something first.');
  await closed(reader);
});

test('a text with a banned word is refused in a sentence, and kept', limits, async () => {
  const token = town.service.addStaff('Mia', 'owner');
  const body = { site: 'default', kind: 'word', action: 'reject', patterns: ['herring'] };
  await town.service.ask('POST', 'admin/rules', { token, body });
  const reader = await town.visit({ thread: '/banned' });
  await reader.write('A herring.', 'Ada');
  await reader.send();

  await reader.sees('Something in your text isn’t allowed here.');
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'A herring.');
  await reader.post('A cod.');
  await closed(reader);
});

test('a thread that is closed meanwhile says so and keeps the text; one that was closed has no form', limits, async () => {
  await town.post('default', '/closed', 'The last word');
  const reader = await town.visit({ thread: '/closed' });
  await reader.write('One more', 'Ada');
  const token = town.service.addStaff('Tom', 'owner');
  const { document } = await town.service.ask('GET', 'admin/threads', { token });
  const { id } = document.threads.find(({ key }) => key === '/closed');
  await town.service.ask('PATCH', `admin/threads/${id}`, { token, body: { state: 'closed' } });
  await reader.send();
  await reader.sees('Comments are closed now. Copy your text if you want to keep it.');
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'One more');

  const other = await town.visit({ thread: '/closed' });
  await other.sees('Comments are closed.');
  await other.comment('The last word').waitFor();
  assert.equal(await other.form.count(), 0);
  assert.equal(await other.button('Reply').count(), 0);
  await closed(reader);
  await closed(other);
});

test('whoever writes too much is told how long to wait, and can send when that time is over', limits, async () => {
  const quota = { LIMITS__POST__REQUESTS: '1', LIMITS__POST__WINDOW_SECONDS: '3' };
  const strict = await Town.start(browser, { LIMITS__ENABLED: 'true', ...quota });
  const reader = await strict.visit({ thread: '/quota' });
  await reader.post('One', 'Ada');
  await reader.write('Two');
  await reader.send();

  await reader.sees(/That was a lot at once\. You can try again in \d seconds?\./);
  assert.equal(await reader.button('Post comment').getAttribute('aria-disabled'), 'true');
  await reader.sees('You can try again now.');
  assert.equal(await reader.button('Post comment').getAttribute('aria-disabled'), null);
  await reader.post('Two');
  await closed(reader);
  await strict.stop();
});

test('offline, the text is kept, and goes out when the connection is back', limits, async () => {
  const reader = await town.visit({ thread: '/offline' });
  await reader.write('From the boat', 'Ada');
  await reader.context.setOffline(true);
  await reader.send();
  await reader.sees('You are offline. Try again when you are connected. Your text is kept.');
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'From the boat');

  await reader.context.setOffline(false);
  await reader.send();
  await reader.comment('From the boat').waitFor();
  assert.equal(await count('default', '/offline'), 1);
  await reader.leave();
});

test('a token that nobody has any more is forgotten, and the comment is posted all the same', limits, async () => {
  const reader = await town.visit({ thread: '/token' });
  await reader.form.waitFor();
  const name = `rejoinder:token:${town.front.origin}:default`;
  await reader.page.evaluate((key) => localStorage.setItem(key, `rjg_${'A'.repeat(43)}`), name);
  await reader.post('Who am I?', 'Ada');
  const token = await reader.page.evaluate((key) => localStorage.getItem(key), name);
  assert.match(token, /^rjg_(?!A{43})/);
  await reader.button('Edit').waitFor();
  await closed(reader);
});

test('an e-mail address is asked for where the page wants it, sent, and checked', limits, async () => {
  const reader = await town.visit({ thread: '/email', email: '' });
  await reader.write('With an address', 'Ada');
  const field = reader.form.getByLabel('E-mail (optional)');
  await field.fill('ada at news');
  await reader.send();
  await reader.sees('This is not an e-mail address. Correct it, or leave it out.');
  await reader.focusOn(field);
  await field.fill('ada@news.example');
  await reader.send();
  await reader.comment('With an address').waitFor();
  const bodies = town.front.asked('POST', POSTS).map(({ body }) => JSON.parse(body));
  assert.equal(bodies.at(-1).author.email, 'ada@news.example');
  await closed(reader);
});

test('a text that was changed after it got no answer is another comment', limits, async () => {
  const reader = await town.visit({ thread: '/changed' });
  await reader.write('One', 'Ada');
  const dropped = town.front.fail('POST', POSTS, 'keep');
  await reader.send();
  await dropped;
  await reader.page.reload();
  await reader.sees('No answer came when this was sent.');
  await reader.post('Two');
  assert.equal(new Set(keys('/changed')).size, 2);
  assert.equal(await count('default', '/changed'), 2);
  await closed(reader);
});

test('a page without storage can be written in', limits, async () => {
  const deny = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })";
  const denied = `<script>${deny};</script>`;
  const reader = await town.visit({ thread: '/storage' }, { around: { head: denied } });
  await reader.post('No memory', 'Ada');
  await reader.button('Edit').waitFor();
  await closed(reader);
});
