// A real browser, and what every page must keep to in it: no violation of its policy, no error, nothing loaded from
// elsewhere, and nothing that axe finds against WCAG.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.env.REJOINDER_BROWSER_TOOLS, 'package.json'));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core'), 'utf8');

/** Starts the browser. */
export function launch() {
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  args.push('--disable-component-update', '--disable-sync', '--disable-dev-shm-usage');
  // Chromium's own sandbox can't be had as root, nor in many containers.
  return chromium.launch({ executablePath: process.env.REJOINDER_BROWSER, args, chromiumSandbox: false });
}

/**
 * A window of its own, whose errors are noted in `complaints`; `others` are further origins that it may ask, and without
 * `judged` it isn't ready for `assertAccessible`, but lighter.
 */
export async function open(browser, origin, { others = [], judged = true, ...options } = {}) {
  // Colours are judged as they are, not on their way there.
  const context = await browser.newContext({ baseURL: origin, reducedMotion: 'reduce', ...options });
  // Before the page's own scripts, where its policy has no say.
  if (judged) await context.addInitScript(AXE);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    // What the API refuses is part of a test, and shown by the page itself.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (![origin, ...others].includes(new URL(request.url()).origin)) complaints.push(`asked for ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  return { page, context, complaints };
}

/** Nothing that axe knows of WCAG 2.2 A and AA is violated. */
export async function assertAccessible(page, where) {
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }),
  );
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`);
  assert.deepEqual(found, [], `${where} is accessible`);
}
