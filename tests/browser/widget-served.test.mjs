// What the service writes into a page for readers without JavaScript, where there is JavaScript: the widget takes it over.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, open } from './browser.mjs';
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

test('who writes on the service’s own page says nothing of an article that isn’t known', limits, async () => {
  const { origin } = town.service;
  for (const thread of ['/empty', '/begun']) {
    if (thread === '/begun') await town.post('default', thread, 'The first one');
    const { page, context, complaints } = await open(browser, origin);
    await page.goto(`/t/default?thread=${encodeURIComponent(thread)}`);
    const widget = page.locator('rejoinder-comments');
    await widget.getByLabel('Name').fill('Bea');
    // The counter is the script's.
    await widget.locator('.counter').waitFor();
    await widget.getByLabel('Your comment').fill('By the script');
    await widget.getByRole('button', { name: 'Post comment' }).click();
    await widget.getByRole('article').filter({ hasText: 'By the script' }).getByRole('button', { name: 'Delete' }).waitFor();
    const answer = await fetch(`${origin}/api/v1/sites/default/comments?thread=${encodeURIComponent(thread)}`);
    const { url, title } = (await answer.json()).thread;
    assert.deepEqual({ url, title }, { url: null, title: null }, thread);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('the fragment shows its comments without scripts, and the element goes on with it', limits, async () => {
  await town.post('default', '/edge', 'Baked in at the edge');
  const address = `${town.front.origin}/api/v1/sites/default/comments.html?thread=%2Fedge`;
  const fragment = await (await fetch(address)).text();
  const script = `<script type="module" src="${town.front.origin}/widget.js"></script>`;
  town.host.put('/edge', `<!doctype html><html lang="en"><title>An article</title><main>${fragment}</main>${script}`);
  for (const javaScriptEnabled of [false, true]) {
    const options = { others: [town.front.origin], javaScriptEnabled, judged: false };
    const { page, context, complaints } = await open(browser, town.host.origin, options);
    await page.goto('/edge');
    const comment = page.locator('rejoinder-comments').getByRole('article').filter({ hasText: 'Baked in at the edge' });
    await comment.waitFor();
    await comment.getByRole('button', { name: /^Vote for it/ }).waitFor({ state: javaScriptEnabled ? 'visible' : 'detached' });
    assert.equal(await comment.count(), 1);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('the page can be read and answered without scripts in light and dark, by everybody', limits, async () => {
  // Of a style sheet in a shadow root axe makes a style element of its own, which the policy of the page refuses.
  const judge = async ({ page, complaints }, what) => {
    assert.deepEqual(complaints, []);
    await assertAccessible(page, what);
    complaints.length = 0;
  };
  for (const body of ['One view', 'Another view']) await town.post('default', '/plain', body);
  for (const colorScheme of ['light', 'dark']) {
    const visit = await open(browser, town.service.origin, { colorScheme });
    const { page, context } = visit;
    // The script is kept away, and not switched off, since axe is one.
    await page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto('/t/default?thread=%2Fplain');
    await page.getByRole('link', { name: 'Oldest' }).waitFor();
    await judge(visit, `the page without scripts, ${colorScheme}`);
    await page.getByLabel('Name').fill('Cleo');
    await page.getByLabel('Your comment').fill(`Seen by ${colorScheme}`);
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('article').filter({ hasText: `Seen by ${colorScheme}` }).waitFor();
    await judge(visit, `what was posted without scripts, ${colorScheme}`);
    await context.close();
  }
});
