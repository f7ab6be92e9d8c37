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

  // It doesn't come a second time where it belongs.
  await reader.button('Show more comments').click();
  await reader.comment('later 1').last().waitFor();
  assert.equal(await linked.count(), 1);
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
  assert.equal(await reader.widget.locator('form, textarea, input, .action, .vote').count(), 0);
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
