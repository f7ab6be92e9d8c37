// What writers are told when something goes wrong, and what they can do then.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { launch } from './browser.mjs';
import { article } from './host.mjs';
import { Town } from './reader.mjs';

let browser;
let town;
let owner;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('closed', '--guests', 'false');
  town.site('elsewhere', '--remove-origin', 'http://localhost:*');
  owner = town.service.addStaff('Mia', 'owner');
});
after(async () => {
  await browser.close();
  await town.stop();
});

afterEach(() => town.front.mend());

const limits = { timeout: 60_000 };
const POSTS = /\/comments$/;
const VOTES = /\/vote$/;
const REPORTS = /\/reports$/;
const HOUR = 3_600_000;

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** The posts that the service was asked to make in this thread. */
const posts = (thread) => town.front.asked('POST', POSTS).filter(({ body }) => JSON.parse(body).thread.key === thread);

/** Asks for a report of a comment, and chooses a reason. */
async function report(reader, name) {
  await reader.button(`Report the comment by ${name}`).click();
  await reader.widget.getByLabel('Something else', { exact: true }).check();
  await reader.button('Send report').click();
}

test('who wrote something meanwhile stays the same after a post that went out late', limits, async () => {
  await town.post('default', '/late', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/late' });
  await reader.write('From the boat', 'Ada');
  await reader.context.setOffline(true);
  await reader.send();
  await reader.sees('You are offline. Try again when you are connected. Your text is kept.');
  await reader.context.setOffline(false);
  await reader.button('Reply to Aksel').click();
  await reader.widget.getByLabel('Your reply to Aksel').fill('From the shore');
  await reader.button('Post reply').click();
  await reader.comment('From the shore').waitFor();
  await reader.send();
  await reader.comment('From the boat').waitFor();

  await reader.page.reload();
  await reader.button('Edit').first().waitFor();
  assert.equal(await reader.button('Edit').count(), 2);
  // What never left the browser needn't be repeated as it was.
  assert.equal(new Set(posts('/late').map(({ headers }) => headers['idempotency-key'])).size, posts('/late').length);
  await reader.leave();
});

test('a token that is there is not given up for another one', limits, async () => {
  await town.post('default', '/tokens', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/tokens' });
  await reader.write('Without an answer', 'Ada');
  void town.front.fail('POST', POSTS, 'drop', Infinity);
  await reader.send();
  await reader.sees('No answer came');
  town.front.mend();
  await reader.button('Reply to Aksel').click();
  await reader.widget.getByLabel('Your reply to Aksel').fill('With an answer');
  await reader.button('Post reply').click();
  await reader.comment('With an answer').waitFor();
  await reader.send();
  await reader.comment('Without an answer').waitFor();
  await reader.page.reload();
  await reader.button('Edit', reader.comment('With an answer')).waitFor();
  await closed(reader);
});

test('two first posts at the same time are by the same writer', limits, async () => {
  await town.post('default', '/both', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/both' });
  await reader.write('One', 'Ada');
  let go;
  town.front.delay('POST', POSTS, new Promise((done) => (go = done)));
  await reader.send();
  await reader.button('Sending …').waitFor();
  await reader.button('Reply to Aksel').click();
  await reader.formOf('Your reply to Aksel').getByLabel('Name').fill('Ada');
  await reader.widget.getByLabel('Your reply to Aksel').fill('Two');
  await reader.button('Post reply').click();
  go();
  await reader.comment('Two').waitFor();
  await reader.page.reload();
  await reader.button('Edit').first().waitFor();
  assert.equal(await reader.button('Edit').count(), 2);
  await closed(reader);
});

test('only who is known, and for a day, is told that a text can’t be posted twice', limits, async () => {
  const reader = await town.visit({ thread: '/twice' });
  await reader.write('Perhaps', 'Ada');
  void town.front.fail('POST', POSTS, 'drop', Infinity);
  await reader.send();
  await reader.sees('It may have been posted already: look before you send it again.');
  town.front.mend();
  await reader.send();
  await reader.comment('Perhaps').waitFor();

  await reader.write('Surely');
  void town.front.fail('POST', POSTS, 'drop', Infinity);
  await reader.send();
  await reader.sees('No answer came. Your text is kept, and sending it again can’t post it twice.');
  town.front.mend();
  await reader.page.reload();
  await reader.sees('Send it again: it can’t appear twice.');
  await reader.page.evaluate((before) => {
    for (const name of Object.keys(localStorage).filter((one) => one.includes(':/twice:'))) {
      const draft = JSON.parse(localStorage.getItem(name));
      localStorage.setItem(name, JSON.stringify({ ...draft, pending: { ...draft.pending, at: before } }));
    }
  }, Date.now() - 25 * HOUR);
  await reader.page.reload();
  await reader.sees('It may have been posted already: look before you send it again.');
  await closed(reader);
});

test('a vote, a deletion or a report without an answer says nothing of a text', limits, async () => {
  await town.post('default', '/unanswered', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/unanswered' });
  await reader.post('My own', 'Ada');
  void town.front.fail('PUT', VOTES, 'drop', Infinity);
  void town.front.fail('POST', REPORTS, 'drop', Infinity);
  void town.front.fail('DELETE', /./, 'drop', Infinity);
  await reader.button(/^Vote for it/).click();
  await reader.comment('A root').getByText('No answer came. Try again.').waitFor();
  await report(reader, 'Aksel');
  await reader.widget.locator('.report').getByText('No answer came. Try again.').waitFor();
  await reader.button('Delete').click();
  await reader.button('Delete', reader.widget.getByRole('group')).click();
  await reader.comment('My own').getByText('No answer came. Try again.').waitFor();
  await reader.seesNo('Your text is kept');
  const codes = (await reader.heard('error')).map(({ problem }) => problem.code);
  assert.deepEqual(codes, ['unanswered', 'unanswered', 'unanswered']);
  town.front.mend();
  await closed(reader);
});

test('a clock that is wrong takes nothing from a writer, also after a reload', limits, async () => {
  const reader = await town.visit({ thread: '/clock' });
  await reader.post('On time', 'Ada');
  await reader.page.clock.setSystemTime(Date.now() + HOUR);
  await reader.page.reload();
  await reader.button('Edit').waitFor();
  await reader.button('Delete').waitFor();
  await reader.comment('On time').getByText('just now').waitFor();
  await closed(reader);
});

test('who votes or reports too often is told how long to wait, second by second', limits, async () => {
  await town.post('default', '/often', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/often' });
  const problem = JSON.stringify({ code: 'rate_limited', status: 429, retry_after_seconds: 3 });
  town.front.answer('PUT', VOTES, problem, 429);
  town.front.answer('POST', REPORTS, problem, 429);
  await reader.button(/^Vote for it/).click();
  const comment = reader.comment('A root');
  await comment.getByText('That was a lot at once. You can try again in 3 seconds.').waitFor();
  await comment.getByText('You can try again in 1 second.').waitFor();
  await comment.getByText('You can try again now.').waitFor();
  await reader.live.getByText('You can try again now.').waitFor();

  await report(reader, 'Aksel');
  const form = reader.widget.locator('.report');
  await form.getByText('You can try again in 3 seconds.').waitFor();
  assert.equal(await reader.button('Send report').getAttribute('aria-disabled'), 'true');
  await form.getByText('You can try again now.').waitFor();
  assert.equal(await reader.button('Send report').getAttribute('aria-disabled'), null);
  town.front.mend();
  await reader.button('Send report').click();
  await reader.sees('Thank you. The moderators will look at it.');
  await closed(reader);
});

test('a service that is overloaded says so, also without a document, and the text goes out later', limits, async () => {
  const reader = await town.visit({ thread: '/busy' });
  await reader.form.waitFor();
  town.front.answer('POST', POSTS, '<h1>Service Unavailable</h1>', 503, { 'Retry-After': '2' });
  await reader.write('Patience', 'Ada');
  await reader.send();
  await reader.sees(/There is a lot going on right now\. You can try again in [12] seconds?\./);
  await reader.sees('You can try again now.');
  town.front.mend();
  town.front.answer('POST', POSTS, '', 503);
  await reader.send();
  await reader.sees(/There is a lot going on right now\. You can try again in \d seconds?\./);
  await reader.sees('You can try again now.');
  town.front.mend();
  await reader.send();
  await reader.comment('Patience').waitFor();
  await closed(reader);
});

test('in slow mode a writer is told when the next comment can be sent', limits, async () => {
  await town.post('default', '/slow', 'A root', { name: 'Aksel' });
  town.service.command('thread', 'set', 'default', '/slow', '--slow-mode-seconds', '3');
  const reader = await town.visit({ thread: '/slow' });
  // The network has just written.
  await reader.write('One', 'Ada');
  await reader.send();
  const waits = reader.widget.getByText(/This discussion takes one comment at a time.*You can try again in \d seconds?\./).first();
  await Promise.race([waits.waitFor(), reader.comment('One').waitFor()]);
  if (await reader.comment('One').count() === 0) {
    await reader.sees('You can try again now.');
    await reader.send();
    await reader.comment('One').waitFor();
  }
  await reader.write('Two');
  await reader.send();
  await waits.waitFor();
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'Two');
  await reader.sees('You can try again now.');
  await reader.send();
  await reader.comment('Two').waitFor();
  await closed(reader);
});

test('who is banned is told so, until when, and keeps the text', limits, async () => {
  const reader = await town.visit({ thread: '/ban' });
  await reader.post('Rude', 'Ada');
  const [{ comment }] = await reader.heard('posted');
  const ends_at = new Date(Date.now() + 2 * HOUR).toISOString();
  const { document } = await town.service.ask('POST', 'admin/bans', {
    token: owner, body: { comment: comment.id, by: 'author', ends_at },
  });
  await reader.write('Rude again');
  await reader.send();
  await reader.sees(/You can’t write here until .*\d/);
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'Rude again');
  assert.equal(await reader.button('Post comment').getAttribute('aria-disabled'), null);

  await town.service.ask('PATCH', `admin/bans/${document.ban.id}`, { token: owner, body: { ends_at: null } });
  await reader.send();
  await reader.sees('You can’t write here.');
  await town.service.ask('DELETE', `admin/bans/${document.ban.id}`, { token: owner });
  await reader.send();
  await reader.comment('Rude again').waitFor();
  await closed(reader);
});

test('a comment is reported once', limits, async () => {
  await town.post('default', '/once', 'A root', { name: 'Aksel' });
  await town.post('default', '/once', 'Another root', { name: 'Liv' });
  const reader = await town.visit({ thread: '/once' });
  await report(reader, 'Aksel');
  await reader.sees('Thank you. The moderators will look at it.');
  const button = reader.button('Reported', reader.comment('A root'));
  await button.waitFor();
  assert.ok(await button.isDisabled());
  await reader.widget.evaluate((element) => element.setAttribute('sort', 'oldest'));
  await reader.button('Report the comment by Liv').waitFor();
  await closed(reader);
});

test('a report without a reason says so below the question', limits, async () => {
  await town.post('default', '/reason', 'A root', { name: 'Aksel' });
  const reader = await town.visit({ thread: '/reason' });
  await reader.button('Report the comment by Aksel').click();
  await reader.button('Send report').click();
  await reader.widget.getByRole('group', { name: 'What is wrong with this comment?' }).getByText('Choose what is wrong.').waitFor();
  await closed(reader);
});

test('a writer sees the votes for and against their own comment', limits, async () => {
  const reader = await town.visit({ thread: '/votes' });
  await reader.post('Divisive', 'Ada');
  const [first, second] = [await town.visit({ thread: '/votes' }), await town.visit({ thread: '/votes' })];
  await first.button(/^Vote for it/).click();
  await first.button('Vote for it, 1 vote').waitFor();
  await second.button(/^Vote against it/).click();
  await second.button('Vote against it, 1 vote').waitFor();
  await reader.widget.evaluate((element) => element.refresh());
  await reader.widget.getByRole('img', { name: '▲ 1' }).waitFor();
  await reader.widget.getByRole('img', { name: '▼ 1' }).waitFor();
  await closed(first);
  await closed(second);
  await closed(reader);
});

test('where nobody can write, nobody is sent away to become a member', limits, async () => {
  const reader = await town.visit({ site: 'closed', thread: '/a' });
  await reader.sees('Comments can’t be written here.');
  assert.equal(await reader.form.count(), 0);
  await closed(reader);
});

test('readers of a page that may not write learn whom to tell what, and its owner the command', limits, async () => {
  const reader = await town.visit({ site: 'elsewhere', thread: '/origin' });
  await reader.write('Hello?', 'Ada');
  await reader.send();
  const { origin } = town.host;
  await reader.sees(`Tell its owner that ${origin} has to be one of the origins of the site “elsewhere”.`);
  await reader.seesNo('rejoinder site');
  const command = `rejoinder site set elsewhere --add-origin ${origin}`;
  assert.ok(reader.complaints.some((text) => text.includes(command)), reader.complaints.join());
  const [{ problem }] = await reader.heard('error');
  assert.equal(problem.code, 'origin_not_allowed');
  assert.ok(problem.detail.includes(command));
  assert.equal(await reader.form.getByLabel('Your comment').inputValue(), 'Hello?');
  await reader.leave();
});

test('a page without an origin says how it has to be opened', limits, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rejoinder-file.'));
  const file = join(folder, 'index.html');
  writeFileSync(file, article(town.front.origin, { thread: '/file' }));
  const sandboxed = '<iframe sandbox="allow-scripts allow-forms" title="Comments" src="/framed"></iframe>';
  town.host.put('/framed', article(town.front.origin, { thread: '/file', loading: 'eager' }));
  town.host.put('/frame', `<!doctype html><title>Frame</title>${sandboxed}`);
  const context = await browser.newContext();
  for (const address of [pathToFileURL(file).href, `${town.host.origin}/frame`]) {
    const page = await context.newPage();
    await page.goto(address);
    const widget = (address.startsWith('file:') ? page : page.frameLocator('iframe')).locator('rejoinder-comments');
    await widget.getByLabel('Name').fill('Ada');
    await widget.getByLabel('Your comment').fill('Hello?');
    await widget.getByRole('button', { name: 'Post comment' }).click();
    await widget.locator('.notice').getByText('Open it over http or https.').waitFor();
    await page.close();
  }
  await context.close();
  rmSync(folder, { recursive: true });
});

test('a page whose address is too long for a thread says so, and what helps', limits, async () => {
  const reader = await town.visit({ thread: `/${'x'.repeat(600)}` });
  await reader.sees('The address of this page is too long to be the name of a thread.');
  await closed(reader);
});

test('who changes a comment is told how long they can', limits, async () => {
  const reader = await town.visit({ thread: '/until' });
  await reader.post('My own', 'Ada');
  await reader.button('Edit').click();
  await reader.sees(/You can change it until \d+:\d\d/);
  await closed(reader);
});

test('an e-mail field stands beside the name, and says below that it isn’t shown', limits, async () => {
  const reader = await town.visit({ thread: '/mail', email: '', lang: 'de' });
  const [name, email] = [reader.widget.getByLabel('Name'), reader.widget.getByLabel('E-Mail (freiwillig)')];
  await name.waitFor();
  assert.equal((await name.boundingBox()).y, (await email.boundingBox()).y);
  await reader.sees('Wird nicht angezeigt.');
  await closed(reader);
});
