// The page of a newspaper that the service shows the widget in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, launch, open } from './browser.mjs';
import { Service } from './service.mjs';

let browser;
let service;
before(async () => {
  browser = await launch();
  service = await Service.start();
});
after(async () => {
  await browser.close();
  await service.stop();
});

const WIDTHS = [320, 820, 1280];

test('the article can be read and answered in light and dark, from a phone to a desk', { timeout: 90_000 }, async () => {
  for (const colorScheme of ['light', 'dark']) {
    const { page, context, complaints } = await open(browser, service.origin, { colorScheme });
    await page.goto('/demo');
    const widget = page.locator('rejoinder-comments');
    await widget.scrollIntoViewIfNeeded();
    const form = widget.getByRole('form', { name: 'Write a comment' });
    await form.getByLabel('Name').fill('Ada');
    await form.getByLabel('Your comment').fill(`I was one of the eleven, by ${colorScheme}.`);
    await form.getByRole('button', { name: 'Post comment' }).click();
    await widget.getByRole('article').filter({ hasText: `by ${colorScheme}.` }).waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, `the article, ${colorScheme}, ${width} px wide`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('the number at the headline leads to the comments', { timeout: 60_000 }, async () => {
  const { page, context, complaints } = await open(browser, service.origin);
  await page.goto('/demo');
  const link = page.getByRole('link', { name: /^\d+ comments?$/ });
  await link.click();
  await page.locator('rejoinder-comments').getByRole('heading', { name: /^Comments/ }).waitFor();
  assert.ok(await page.locator('#comments').evaluate((element) => element.getBoundingClientRect().top < innerHeight));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('without scripts the article leads to its comments', { timeout: 60_000 }, async () => {
  const { page, context } = await open(browser, service.origin, { javaScriptEnabled: false, judged: false });
  await page.goto('/demo');
  const link = page.getByRole('link', { name: 'Read and write comments' });
  await link.waitFor();
  assert.equal(await link.getAttribute('href'), '/t/demo?thread=%2Fdemo');
  await context.close();
});
