// That the counter of the widget counts as the service does: `tests/characters.rs` holds the service against the same table.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { countCharacters } from '../../web/widget/characters.js';
import { launch } from './browser.mjs';

const TABLE = new URL('../corpus/characters.json', import.meta.url);
const SOURCE = new URL('../../web/widget/characters.js', import.meta.url);
const cases = JSON.parse(readFileSync(TABLE, 'utf8'));

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const wrong = (counts) =>
  cases.flatMap(({ what, characters }, index) => (counts[index] === characters ? [] : [`${what}: ${counts[index]}`]));

test('a text has as many characters as the table says, by the Unicode of Node', () => {
  assert.ok(cases.length > 100);
  assert.deepEqual(wrong(cases.map(({ text }) => countCharacters(text))), []);
});

test('a text has as many characters as the table says, by the Unicode of the browser', { timeout: 60_000 }, async () => {
  const page = await browser.newPage();
  const source = `data:text/javascript;base64,${readFileSync(SOURCE).toString('base64')}`;
  const counts = await page.evaluate(
    async ([address, texts]) => {
      const module = await import(address);
      return texts.map((text) => module.countCharacters(text));
    },
    [source, cases.map(({ text }) => text)],
  );
  assert.deepEqual(wrong(counts), []);
  await page.close();
});
