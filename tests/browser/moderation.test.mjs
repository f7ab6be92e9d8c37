// What moderators do at the page, in a real browser, against the real service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, open } from './browser.mjs';
import { Keyboard } from './keyboard.mjs';
import { PASSWORD, Service, code } from './service.mjs';

const HELD = 50;
const ARTICLE = '/world/north-korean-troops-in-russia';
const TITLE = 'North Korean troops in Russia';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** A service on which every comment waits, with an owner called Mia who has a second factor. */
async function newsroom() {
  const service = await Service.start();
  service.command('site', 'set', 'default', '--moderation', 'pre');
  const token = service.addStaff('Mia', 'owner');
  const secret = await service.enrol(token);
  return { service, token, secret };
}

function admin({ service, token }, method, path, body) {
  return service.ask(method, `admin/${path}`, { token, body }).then(({ document }) => document);
}

/** Signs in by keyboard. The code that enrolled was used up, so the one of the next step is typed. */
async function signIn(keyboard, room) {
  await keyboard.page.goto('/moderation/');
  await keyboard.page.getByRole('textbox', { name: 'Name' }).waitFor();
  await keyboard.type('Mia');
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await keyboard.page.getByRole('textbox', { name: 'Code' }).waitFor();
  await keyboard.type(code(room.secret, 1));
  await keyboard.press('Enter');
  await keyboard.page.getByRole('heading', { name: 'Queue: pending' }).waitFor({ state: 'attached' });
}

/** Signs in by token, as somebody does who has just been added. */
async function signInByToken(page, token) {
  await page.goto('/moderation/');
  await page.getByRole('button', { name: 'Use an API token' }).click();
  await page.getByLabel('Access token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Queue: pending' }).waitFor({ state: 'attached' });
}

const current = (page) => page.locator('.row.is-current').getAttribute('data-id');

/** Presses a key that decides, and waits until the comment has left the list. */
async function decide(keyboard, key) {
  const id = await current(keyboard.page);
  await keyboard.press(key);
  await keyboard.page.locator(`.row[data-id="${id}"]`).waitFor({ state: 'detached' });
  return id;
}

test('a day of a moderator, by keyboard alone', { timeout: 240_000 }, async () => {
  const room = await newsroom();
  const { service } = room;
  for (let number = 1; number <= HELD; number += 1) {
    const thread = { thread: { key: ARTICLE, title: TITLE } };
    await service.post(`Reader ${number}`, ARTICLE, `Comment number ${number} of the morning`, thread);
  }
  const { page, complaints } = await open(browser, service.origin);
  const keyboard = new Keyboard(page);

  await signIn(keyboard, room);
  await page.locator('.row.is-current').waitFor();
  await assertAccessible(page, 'the queue');

  // Clear what waits: two of three are approved.
  const decided = [];
  for (let number = 0; number < HELD; number += 1) decided.push(await decide(keyboard, number % 3 === 2 ? 'r' : 'a'));
  assert.equal(new Set(decided).size, HELD);
  await page.getByRole('heading', { name: 'Nothing waits' }).or(page.locator('.state.is-empty, .state')).first().waitFor();
  await waitForQueue(room, { pending: 0, rejected: 16 });

  // Undo two.
  await keyboard.press('u');
  await waitForQueue(room, { pending: 1 });
  await keyboard.press('u');
  await waitForQueue(room, { pending: 2 });
  const waiting = await admin(room, 'GET', 'comments?status=pending');
  assert.deepEqual(new Set(waiting.comments.map(({ id }) => id)), new Set(decided.slice(-2)));

  // Ban an author for a week, and remove all that they wrote.
  await page.locator('.row.is-current').waitFor();
  const banned = (await page.locator('.row.is-current .name').textContent()).trim();
  await keyboard.press('b');
  await page.getByRole('dialog', { name: 'Ban' }).waitFor();
  await assertAccessible(page, 'the dialog that bans');
  await keyboard.tabTo('radio', 'None');
  await keyboard.press('ArrowDown', 'ArrowDown');
  await keyboard.fill('Reason', 'Writes the same each morning');
  await keyboard.use('button', /^Ban$/);
  await keyboard.sees(/is banned/);
  const { bans } = await admin(room, 'GET', 'bans');
  assert.deepEqual(bans.map(({ author, reason }) => [author.name, reason]), [[banned, 'Writes the same each morning']]);
  await waitForQueue(room, { pending: 1 });

  // Write a rule, after seeing what it would have caught.
  await keyboard.use('link', 'Rules');
  await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  await keyboard.use('link', /Add rules/);
  await page.getByRole('textbox', { name: 'Patterns' }).waitFor();
  await keyboard.fill('Patterns', 'morning');
  await keyboard.use('button', 'Try it');
  await keyboard.sees(/50 of 50 comments/);
  await assertAccessible(page, 'a rule being tested');
  await keyboard.use('button', /^Add/);
  await keyboard.sees('1 rule added.');
  const { rules } = await admin(room, 'GET', 'rules');
  assert.deepEqual(rules.map(({ kind, pattern, action }) => [kind, pattern, action]), [['word', 'morning', 'hold']]);

  // Close the thread.
  await keyboard.use('link', 'Threads');
  await page.getByRole('heading', { name: 'Threads', level: 1 }).waitFor();
  await keyboard.use('link', TITLE);
  await page.getByRole('button', { name: 'Close thread' }).waitFor();
  await assertAccessible(page, 'a thread');
  await keyboard.use('button', 'Close thread');
  await keyboard.sees(/Closed: readers/);
  await assert.rejects(service.post('Late', ARTICLE, 'Too late'), /thread_closed/);

  // Read the log.
  await keyboard.use('link', 'Log');
  await page.getByRole('heading', { name: 'Log', level: 1 }).waitFor();
  await keyboard.sees(/closed/);
  await assertAccessible(page, 'the log');
  const actions = await admin(room, 'GET', 'decisions?limit=5');
  assert.deepEqual(actions.decisions.slice(0, 2).map(({ action }) => action), ['change_thread', 'add_rule']);

  // Sign out.
  await keyboard.use('button', 'Sign out');
  await page.getByRole('textbox', { name: 'Name' }).waitFor();
  assert.deepEqual(await page.context().cookies(), []);
  assert.deepEqual(complaints, []);
  await service.stop();
});

/** Waits until the queues have these lengths: a decision is shown before the service has answered. */
async function waitForQueue(room, expected) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { totals } = await admin(room, 'GET', 'queues');
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, totals[name]]));
    try {
      assert.deepEqual(found, expected);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

test('of two who decide at once the second is told', { timeout: 120_000 }, async () => {
  const room = await newsroom();
  const { service } = room;
  service.command('site', 'set', 'default', '--moderation', 'pre');
  const tom = service.addStaff('Tom', 'moderator');
  const posted = await service.post('dave', ARTICLE, 'The only one');
  const [first, second] = [await open(browser, service.origin), await open(browser, service.origin)];
  await signInByToken(first.page, room.token);
  await signInByToken(second.page, tom);
  for (const { page } of [first, second]) await page.locator('.row.is-current').waitFor();

  await decide(new Keyboard(first.page), 'a');
  await waitForQueue(room, { pending: 0 });
  await second.page.keyboard.press('r');
  await second.page.locator('.notice').filter({ hasText: 'Mia' }).first().waitFor();
  const found = await admin(room, 'GET', `comments/${posted.comment.id}`);
  assert.equal(found.comment.status, 'published');
  assert.equal(found.decisions.length, 1);
  assert.deepEqual([...first.complaints, ...second.complaints], []);
  await service.stop();
});

test('what people write is shown as text everywhere', { timeout: 180_000 }, async () => {
  const room = await newsroom();
  const { service, token } = room;
  const hostile = '<img src=x onerror=alert(1)>';
  const script = '<script>alert(2)</script>';
  const thread = { thread: { key: `/${hostile}`, title: `${script} & more`, url: 'http://localhost/a"onclick="alert(3)' } };
  const { comment } = await service.post(`${hostile} Eve`, 'x', `${script} [x](javascript:alert(4)) \u202e${hostile}`, thread);
  await admin(room, 'POST', 'decisions', { action: 'approve', comments: [{ id: comment.id }], note: hostile });
  const report = { reason: 'other', detail: `${script} detail` };
  await service.ask('POST', `sites/default/comments/${comment.id}/reports`, { body: report });
  await admin(room, 'POST', 'rules', { site: 'default', kind: 'word', action: 'hold', patterns: [`${hostile} rule`], note: script });
  await admin(room, 'POST', 'bans', { comment: comment.id, by: 'author', reason: `${hostile} ban` });
  await admin(room, 'POST', 'staff', { name: `${hostile} Max`, role: 'viewer' });
  await admin(room, 'PATCH', 'sites/default', { guidelines: `${script} guidelines` });
  const { page, complaints } = await open(browser, service.origin);
  await signInByToken(page, token);
  const { threads } = await admin(room, 'GET', 'threads');
  const { author } = await admin(room, 'GET', `comments/${comment.id}`);
  const { rules } = await admin(room, 'GET', 'rules');
  const { bans } = await admin(room, 'GET', 'bans');
  const { staff } = await admin(room, 'GET', 'staff');
  const max = staff.find(({ name }) => name.includes('Max'));
  const screens = [
    ['queue/reported', 'Eve'],
    ['queue/recent', 'Eve'],
    [`comment/${comment.id}`, 'detail'],
    [`authors/${author.id}`, 'Eve'],
    ['threads', '& more'],
    [`threads/${threads[0].id}`, '& more'],
    ['rules', 'rule'],
    [`rules/${rules[0].id}`, 'rule'],
    ['bans', 'Eve'],
    [`bans/${bans[0].id}`, 'ban'],
    ['sites', 'default'],
    ['sites/default', 'guidelines'],
    ['staff', 'Max'],
    [`staff/${max.id}`, 'Max'],
    ['log', 'Max'],
    ['stats', 'default'],
    ['account', 'Mia'],
  ];
  for (const [address, text] of screens) {
    await page.goto(`/moderation/#/${address}`);
    await page.locator('main').filter({ hasText: text }).or(page.locator(`main :is(textarea, input)`)).first().waitFor();
    const found = await page.evaluate(() => ({
      images: [...document.querySelectorAll('img')].filter((image) => !image.src.endsWith('/icon.svg')).length,
      scripts: document.querySelectorAll('script').length,
      handlers: [...document.querySelectorAll('*')].filter((element) =>
        [...element.attributes].some(({ name, value }) => name.startsWith('on') || /^javascript:/i.test(value)),
      ).length,
    }));
    assert.deepEqual(found, { images: 0, scripts: 2, handlers: 0 }, address);
    await assertAccessible(page, address);
  }
  assert.deepEqual(complaints, []);
  await service.stop();
});
