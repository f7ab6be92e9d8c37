// What people read under an article: in the order they want, as much as they want, and nothing moves while they do.

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
const PAGES = /\/comments\?/;

/** Posts these one after the other. */
async function fill(thread, bodies, parent = null) {
  const posted = [];
  for (const body of bodies) posted.push(await town.post('default', thread, body, { parent }));
  return posted;
}

const numbered = (word, count) => Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

async function vote(comment, value) {
  await town.service.ask('PUT', `sites/default/comments/${comment.id}/vote`, { body: { value } });
}

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

test('the comments come in three orders', limits, async () => {
  const [, second] = await fill('/sorts', ['first', 'second', 'third']);
  await vote(second, 1);
  const reader = await town.visit({ thread: '/sorts' });
  const orders = [
    ['Oldest', ['first', 'second', 'third']],
    ['Best', ['second', 'third', 'first']],
    ['Newest', ['third', 'second', 'first']],
  ];
  await reader.comment('third').waitFor();
  assert.deepEqual(await reader.texts(), ['third', 'second', 'first']);
  for (const [name, expected] of orders) {
    await reader.widget.getByLabel('Sort by').selectOption(name);
    await reader.widget.locator('.list .item').first().filter({ hasText: expected[0] }).waitFor();
    assert.deepEqual(await reader.texts(), expected, name);
  }
  await closed(reader);
});

test('there are more comments at the press of a button, and the focus goes to the first of them', limits, async () => {
  await fill('/more', numbered('comment', 5));
  const reader = await town.visit({ thread: '/more', 'page-size': '2' });
  await reader.button('Show more comments').click();
  await reader.focusOn(reader.comment('comment 3'));
  assert.deepEqual(await reader.texts(), ['comment 5', 'comment 4', 'comment 3', 'comment 2']);
  await reader.button('Show more comments').click();
  await reader.focusOn(reader.comment('comment 1'));
  await reader.button('Show more comments').waitFor({ state: 'hidden' });
  await closed(reader);
});

test('of many replies the first are shown, and the others at the press of a button', limits, async () => {
  const [root] = await fill('/replies', ['root']);
  await fill('/replies', numbered('reply', 5), root.id);
  const reader = await town.visit({ thread: '/replies' });
  await reader.comment('reply 3').waitFor();
  assert.equal(await reader.comments.count(), 4);
  await reader.button('Show 2 more replies').click();
  await reader.focusOn(reader.comment('reply 4'));
  assert.deepEqual(await reader.texts(), ['root', 'reply 1', 'reply 2', 'reply 3', 'reply 4', 'reply 5']);
  await closed(reader);
});

test('deep replies are folded where there are many, and unfold as a whole at the press of a button', limits, async () => {
  let parent = null;
  for (let depth = 0; depth < 8; depth += 1) parent = (await fill('/deep', [`depth ${depth}`], parent))[0].id;
  const reader = await town.visit({ thread: '/deep', replies: '20' });
  await reader.comment('depth 2').waitFor();
  assert.equal(await reader.comment('depth 3').count(), 0);
  await reader.button('Show 5 replies').click();
  await reader.focusOn(reader.comment('depth 3'));
  assert.deepEqual(await reader.texts(), Array.from({ length: 8 }, (_, depth) => `depth ${depth}`));
  assert.equal(await reader.button(/^Show/).count(), 0);
  await closed(reader);

  // What isn't here yet has one button, and all of it is shown then.
  const other = await town.visit({ thread: '/deep' });
  await other.comment('depth 3').waitFor();
  await other.button('Show 4 more replies').click();
  await other.focusOn(other.comment('depth 4'));
  await other.live.getByText('4 more comments are shown.').waitFor();
  assert.equal(await other.texts().then((texts) => texts.length), 8);
  await closed(other);
});

test('a branch can be closed and opened again, and nothing in it is lost', limits, async () => {
  const [root] = await fill('/close', ['root', 'another root']);
  const [reply] = await fill('/close', ['reply 1'], root.id);
  const [deep] = await fill('/close', ['below the reply'], reply.id);
  await fill('/close', ['reply 2', 'reply 3', 'reply 4'], root.id);
  const reader = await town.visit({ thread: '/close', sort: 'oldest' });
  await reader.form.waitFor();
  const ofReply = reader.comment('reply 1');
  await reader.button('Reply to Ada', ofReply).click();
  await reader.widget.getByLabel('Your reply to Ada').fill('Half a sen');
  await reader.button('Hide replies', ofReply).waitFor();

  const seen = () => reader.widget.locator('.body').filter({ visible: true }).allTextContents();
  const hide = reader.button('Hide replies', reader.comments.first());
  assert.equal(await hide.getAttribute('aria-expanded'), 'true');
  await hide.focus();
  await reader.page.keyboard.press('Enter');
  // Those that are not here yet are below it too.
  const show = reader.button('Show 5 replies', reader.comments.first());
  await reader.focusOn(show);
  assert.equal(await show.getAttribute('aria-expanded'), 'false');
  assert.deepEqual(await seen(), ['root', 'another root']);
  assert.equal(await reader.button(/more repl/).filter({ visible: true }).count(), 0);
  await reader.page.keyboard.press('Space');
  await reader.focusOn(hide);
  assert.equal((await seen()).length, 5);
  assert.equal(await reader.widget.getByLabel('Your reply to Ada').inputValue(), 'Half a sen');

  // A branch within a branch stays as it was.
  await reader.button('Hide replies', ofReply).click();
  await hide.click();
  await show.click();
  await reader.button('Show 1 reply', ofReply).waitFor();
  assert.equal((await seen()).length, 4);

  // What leads to a comment opens it.
  await hide.click();
  await reader.page.evaluate((id) => (location.hash = `#rejoinder-${id}`), deep.id);
  await reader.focusOn(reader.comment('below the reply'));
  await reader.button('Hide replies', ofReply).waitFor();
  assert.equal((await seen()).length, 5);
  await closed(reader);
});

test('an answer of one’s own opens the branch that it belongs to', limits, async () => {
  const [root] = await fill('/close-own', ['root']);
  await fill('/close-own', numbered('reply', 2), root.id);
  const reader = await town.visit({ thread: '/close-own' });
  await reader.form.waitFor();
  await reader.button('Hide replies').click();
  await reader.button('Reply to Ada').first().click();
  const form = reader.formOf('Your reply to Ada');
  await form.getByLabel('Name').fill('Liv');
  await form.getByLabel('Your reply to Ada').fill('my answer');
  await reader.button('Post reply', form).click();
  await reader.focusOn(reader.comment('my answer'));
  await reader.button('Hide replies').first().waitFor();
  assert.deepEqual(await reader.widget.locator('.body').filter({ visible: true }).allTextContents(),
    ['root', 'reply 1', 'reply 2', 'my answer']);
  await closed(reader);
});

test('what was deleted can be closed with what answers it', limits, async () => {
  const reader = await town.visit({ thread: '/close-gone' });
  await reader.post('to be gone', 'Ida');
  const { comments: [root] } = (await town.service.ask('GET', 'sites/default/comments?thread=/close-gone')).document;
  await fill('/close-gone', ['the answer'], root.id);
  await reader.widget.evaluate((element) => element.refresh());
  await reader.comment('the answer').waitFor();
  await reader.button('Delete').click();
  await reader.widget.locator('.ask').getByRole('button', { name: 'Delete' }).click();
  await reader.sees('This comment was deleted.');
  await reader.focusOn(reader.comments.first());
  await reader.button('Hide replies').click();
  assert.equal(await reader.comment('the answer').isVisible(), false);
  await reader.button('Show 1 reply').click();
  assert.equal(await reader.comment('the answer').isVisible(), true);
  await closed(reader);
});

test('whom an answer is for is a link to what it answers', limits, async () => {
  const site = town.site('flat', '--max-depth', '1');
  const root = await town.post(site, '/to', 'root');
  const first = await town.post(site, '/to', 'first', { parent: root.id, name: 'ليلى' });
  await town.post(site, '/to', 'second', { parent: first.id, name: 'Aksel' });
  const reader = await town.visit({ site, thread: '/to' });
  const link = reader.comment('second').getByRole('link', { name: 'to ليلى' });
  assert.equal(new URL(await link.evaluate(({ href }) => href)).hash, `#rejoinder-${first.id}`);
  await link.focus();
  await reader.page.keyboard.press('Enter');
  await reader.focusOn(reader.comment('first'));
  await reader.comment('first').getByText('Linked comment').waitFor();
  assert.equal(new URL(reader.page.url()).hash, `#rejoinder-${first.id}`);
  // The same address once more.
  await link.click();
  await reader.focusOn(reader.comment('first'));
  await closed(reader);
});

test('the link to a comment can be copied', limits, async () => {
  const [comment] = await fill('/copy', ['worth a link']);
  const permissions = ['clipboard-read', 'clipboard-write'];
  const reader = await town.visit({ thread: '/copy', readonly: '' }, { permissions });
  const button = reader.button('Copy link');
  await button.focus();
  await reader.page.keyboard.press('Enter');
  await reader.live.getByText('Link copied').waitFor();
  const said = reader.button('Link copied');
  await said.waitFor();
  await reader.focusOn(said);
  const address = new URL(reader.page.url());
  address.hash = `#rejoinder-${comment.id}`;
  assert.equal(await reader.page.evaluate(() => navigator.clipboard.readText()), address.href);
  await button.waitFor();
  await closed(reader);
});

test('where nothing may be copied, the link is there to be copied by hand', limits, async () => {
  const [comment] = await fill('/copy-refused', ['worth a link']);
  const ways = [
    // As a page's own policy does it, and where a page isn't secure.
    [{ headers: { 'Permissions-Policy': 'clipboard-write=()' } }, () => {}],
    [{}, () => Object.defineProperty(navigator, 'clipboard', { value: undefined })],
  ];
  for (const [options, spoil] of ways) {
    const reader = await town.visit({ thread: '/copy-refused', readonly: '' }, options);
    await reader.page.evaluate(spoil);
    await reader.button('Copy link').click();
    const field = reader.widget.getByLabel('Copy this link:');
    await reader.focusOn(field);
    await reader.live.getByText('Copy this link:').waitFor();
    const chosen = await field.evaluate((one) => one.value.slice(one.selectionStart, one.selectionEnd));
    assert.equal(chosen, `${reader.page.url()}#rejoinder-${comment.id}`);
    await reader.page.keyboard.press('Escape');
    await reader.focusOn(reader.button('Copy link'));
    assert.equal(await field.count(), 0);
    assert.deepEqual(reader.complaints.filter((complaint) => !complaint.includes('Clipboard API')), []);
    await reader.leave();
  }
});

test('a vote is counted, shown as pressed, remembered, and taken back', limits, async () => {
  const [comment] = await fill('/votes', ['worth it']);
  const reader = await town.visit({ thread: '/votes' });
  await reader.button('Vote for it, 0 votes').click();
  const pressed = reader.button('Vote for it, 1 vote');
  await pressed.and(reader.page.locator('[aria-pressed=true]')).waitFor();
  await reader.live.getByText('Your vote was counted.').waitFor();
  await reader.page.reload();
  await pressed.and(reader.page.locator('[aria-pressed=true]')).click();
  await reader.button('Vote for it, 0 votes').and(reader.page.locator('[aria-pressed=false]')).waitFor();
  await reader.button('Vote against it, 0 votes').click();
  await reader.button('Vote against it, 1 vote').waitFor();
  const { document } = await town.service.ask('GET', `sites/default/comments/${comment.id}`);
  assert.deepEqual(document.comment.score, { up: 0, down: 1 });
  await closed(reader);
});

test('a report reaches the moderators with its reason', limits, async () => {
  const [comment] = await fill('/report', ['buy this']);
  const reader = await town.visit({ thread: '/report' });
  await reader.button('Report the comment by Ada').click();
  await reader.button('Send report').click();
  await reader.sees('Choose what is wrong.');
  await reader.widget.getByLabel('It is spam or advertising').check();
  await reader.widget.getByLabel('More about it').fill('The third time');
  await reader.button('Send report').click();
  await reader.sees('Thank you. The moderators will look at it.');

  const token = town.service.addStaff('Mia', 'owner');
  const { document } = await town.service.ask('GET', `admin/comments/${comment.id}`, { token });
  assert.deepEqual(document.reports.map(({ reason, detail }) => [reason, detail]), [['spam', 'The third time']]);
  await closed(reader);
});

test('new comments come at the press of a button, and what is being read stays where it is', limits, async () => {
  await fill('/new', numbered('old', 12));
  const reader = await town.visit({ thread: '/new', refresh: '1' });
  const read = reader.comment('old 9');
  await read.waitFor();
  await read.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const place = () => read.evaluate((element) => element.getBoundingClientRect().top);
  const before = await place();
  await fill('/new', numbered('new', 3));
  const button = reader.button('Show 3 new comments');
  await button.waitFor();
  assert.equal(await reader.comment('new 1').count(), 0);
  assert.equal(await place(), before, 'the button moves nothing');
  // In one go with the press: the place right after the comments are in, before the focus takes the reader to them.
  const moved = await read.evaluate((element, top) => {
    const root = element.getRootNode();
    return new Promise((done) => {
      const focus = HTMLElement.prototype.focus;
      HTMLElement.prototype.focus = function (...options) {
        if (this.localName === 'article') done(element.getBoundingClientRect().top - top);
        return focus.apply(this, options);
      };
      root.querySelector('.fresh').click();
    });
  }, before);
  assert.ok(Math.abs(moved) < 1, `moved by ${moved} px`);
  await reader.focusOn(reader.comment('new 3'));
  assert.deepEqual((await reader.texts()).slice(0, 4), ['new 3', 'new 2', 'new 1', 'old 12']);
  await button.waitFor({ state: 'hidden' });
  await closed(reader);
});

test('a link to a deep reply in a big thread loads it with what it answers, and focuses it', limits, async () => {
  const chain = [];
  for (const body of numbered('link', 4)) {
    chain.push((await fill('/link', [body], chain.at(-1)?.id ?? null))[0]);
  }
  await fill('/link', numbered('later', 30));
  const reader = await town.visit({ thread: '/link' }, { hash: `#rejoinder-${chain[3].id}` });
  const linked = reader.comment('link 4');
  await reader.focusOn(linked);
  assert.ok(await linked.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }), 'it can be seen');
  await linked.getByText('Linked comment').waitFor();
  assert.deepEqual((await reader.texts()).slice(0, 5), ['link 1', 'link 2', 'link 3', 'link 4', 'later 30']);
  assert.equal(await reader.button(/more repl/).count(), 0, 'there are no others below its root');

  // It doesn't come a second time where it belongs.
  await reader.button('Show more comments').click();
  await reader.comment('later 1').last().waitFor();
  assert.equal(await linked.count(), 1);
  await closed(reader);
});

test('a reload shows what was written since the page was opened', limits, async () => {
  const reader = await town.visit({ thread: '/reload' });
  await reader.sees('Comments 0');
  await fill('/reload', ['new']);
  await reader.page.reload();
  await reader.comment('new').waitFor();
  await closed(reader);
});

test('a link to a comment that is gone says so', limits, async () => {
  await fill('/gone', ['here']);
  const reader = await town.visit({ thread: '/gone' }, { hash: '#rejoinder-0l8lf074i8epa' });
  await reader.sees('That comment isn’t there any more.');
  await reader.comment('here').waitFor();
  await closed(reader);
});

test('a link to a comment can be followed while the page is open', limits, async () => {
  const [comment] = await fill('/hash', ['one', 'other']);
  const reader = await town.visit({ thread: '/hash' });
  const link = reader.comment('one').locator('a.permalink');
  assert.equal(new URL(await link.evaluate(({ href }) => href)).hash, `#rejoinder-${comment.id}`);
  await link.click();
  await reader.focusOn(reader.comment('one'));
  await closed(reader);
});

test('a time is relative, and exact when it is pointed at', limits, async () => {
  const [comment] = await fill('/time', ['now']);
  const reader = await town.visit({ thread: '/time' }, { timezoneId: 'Europe/Oslo' });
  const time = reader.comment('now').locator('time');
  assert.equal(await time.textContent(), 'just now');
  assert.equal(await time.getAttribute('datetime'), comment.created_at);
  const at = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Oslo' });
  assert.equal(await time.getAttribute('title'), at.format(new Date(comment.created_at)));
  await closed(reader);
});

test('what people wrote goes in its own direction', limits, async () => {
  await town.post('default', '/direction', 'مرحبا بالعالم', { name: 'ليلى' });
  const reader = await town.visit({ thread: '/direction' });
  const direction = (locator) => locator.evaluate((element) => getComputedStyle(element).direction);
  assert.equal(await direction(reader.comment('مرحبا').locator('.body')), 'rtl');
  assert.equal(await direction(reader.comments.first()), 'ltr');
  assert.equal(await reader.comments.first().locator('bdi.author').textContent(), 'ليلى');
  const isAuto = (locator) => locator.evaluateAll((elements) => elements.every(({ dir }) => dir === 'auto'));
  assert.ok(await isAuto(reader.form.getByRole('textbox')));
  await closed(reader);
});

test('what people wrote is shown as they meant it, and never as markup', limits, async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> https://news.example/ferry';
  await town.post('default', '/markup', hostile, { name: '<b>Eve</b>' });
  const reader = await town.visit({ thread: '/markup' });
  const body = reader.comments.first().locator('.body');
  await body.waitFor();
  assert.equal(await body.textContent(), hostile);
  assert.equal(await reader.comments.first().locator('.author').textContent(), '<b>Eve</b>');
  assert.equal(await reader.widget.locator('img, script').count(), 0);
  for (const link of await body.locator('a').all()) {
    assert.equal(await link.getAttribute('rel'), 'nofollow ugc noopener noreferrer');
  }
  await closed(reader);
});

test('where texts have a form it is shown, with links that lead nowhere in secret', limits, async () => {
  const site = town.site('formed', '--text-format', 'markdown');
  const text = 'An *early* boat, a **late** one:\n\n- `one`\n- [two](https://news.example/two)\n\n> and no third\n\n<b>x</b>';
  await town.post(site, '/markdown', text);
  const reader = await town.visit({ site, thread: '/markdown' });
  const body = reader.comments.first().locator('.body');
  await body.waitFor();
  const found = {};
  for (const tag of ['em', 'strong', 'code', 'blockquote', 'a', 'b']) found[tag] = await body.locator(tag).allTextContents();
  const trimmed = Object.fromEntries(Object.entries(found).map(([tag, texts]) => [tag, texts.map((one) => one.trim())]));
  const expected = { em: ['early'], strong: ['late'], code: ['one'], blockquote: ['and no third'], a: ['two'], b: [] };
  assert.deepEqual(trimmed, expected);
  const link = body.getByRole('link');
  assert.equal(await link.getAttribute('href'), 'https://news.example/two');
  assert.equal(await link.getAttribute('rel'), 'nofollow ugc noopener noreferrer');
  await closed(reader);
});

test('a page that wants nothing but reading has nothing to write with, and doesn’t load it', limits, async () => {
  await fill('/readonly', ['a root']);
  const already = town.front.log.length;
  const reader = await town.visit({ thread: '/readonly', readonly: '' });
  await reader.comment('a root').waitFor();
  assert.equal(await reader.widget.locator('form, textarea, input, .vote').count(), 0);
  assert.deepEqual(await reader.widget.locator('.action').allTextContents(), ['Copy link']);
  assert.deepEqual(town.front.log.slice(already).filter(({ path }) => path.includes('writing')), []);
  await closed(reader);
});

test('the comment that a moderator pinned stands first, and is there once', limits, async () => {
  const token = town.service.addStaff('Ida', 'owner');
  const [first] = await fill('/pinned', ['first', 'second', 'third']);
  const { document } = await town.service.ask('GET', 'admin/threads', { token });
  const { id } = document.threads.find(({ key }) => key === '/pinned');
  await town.service.ask('PATCH', `admin/threads/${id}`, { token, body: { pinned_comment_id: first.id } });
  const reader = await town.visit({ thread: '/pinned' });
  await reader.comment('first').getByText('Pinned').waitFor();
  assert.deepEqual(await reader.texts(), ['first', 'third', 'second']);
  await closed(reader);
});

test('a comment that was deleted keeps the place of what answers it', limits, async () => {
  const token = town.service.addStaff('Tom', 'owner');
  const [root] = await fill('/tombstone', ['to be gone']);
  await fill('/tombstone', ['the answer'], root.id);
  const body = { action: 'reject', comments: [{ id: root.id }] };
  await town.service.ask('POST', 'admin/decisions', { token, body });
  const reader = await town.visit({ thread: '/tombstone' });
  await reader.comment('the answer').waitFor();
  await reader.sees('This comment was deleted.');
  assert.deepEqual(await reader.texts(), ['the answer']);
  await closed(reader);
});

test('nothing is asked for until a reader comes near', limits, async () => {
  await fill('/lazy', ['far below']);
  const far = '<style>.far { block-size: 5000px }</style><div class="far"></div>';
  const reader = await town.visit({ thread: '/lazy' }, { around: { before: far } });
  await reader.page.waitForFunction(() => customElements.get('rejoinder-comments'));
  // Two frames later an observer has told what it sees.
  await reader.settled();
  const asked = () => town.front.asked('GET', PAGES).filter(({ path }) => path.includes('lazy')).length;
  assert.equal(asked(), 0);
  await reader.page.evaluate(() => scrollTo(0, 4_000));
  await reader.comment('far below').waitFor();
  assert.equal(asked(), 1);
  await closed(reader);

  const eager = await town.visit({ thread: '/lazy', loading: 'eager' }, { around: { before: far } });
  await eager.comment('far below').waitFor({ state: 'attached' });
  await closed(eager);
});

test('a service that can’t be reached is said to be so, with a way to try again and the page’s own link', limits, async () => {
  await fill('/down', ['back again']);
  void town.front.fail('GET', /thread=%2Fdown/, 'drop', 20);
  const inside = '<a href="/elsewhere">Read and write comments</a>';
  const reader = await town.visit({ thread: '/down' }, { around: { inside } });
  await reader.sees('The comments can’t be reached right now.');
  await reader.page.getByRole('link', { name: 'Read and write comments' }).waitFor();
  const [{ problem }] = await reader.heard('error');
  assert.equal(problem.code, 'unreachable');
  town.front.mend();
  await reader.button('Try again').click();
  await reader.comment('back again').waitFor();
  await closed(reader);
});
