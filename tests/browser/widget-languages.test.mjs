// That the widget speaks the language of the page that it is in, and says nothing in another.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { launch } from './browser.mjs';
import { pseudo } from './pseudo.mjs';
import { Town } from './reader.mjs';

const FOLDER = new URL('../../web/widget/locales/', import.meta.url);
const texts = (language) => JSON.parse(readFileSync(new URL(`${language}.json`, FOLDER), 'utf8'));
const LANGUAGES = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const ENGLISH = texts('en');

let browser;
let town;
before(async () => {
  browser = await launch();
  town = await Town.start(browser);
  town.site('moderated', '--moderation', 'pre', '--guidelines', '⟦Be kind⟧', '--min-characters', '3');
});
after(async () => {
  await browser.close();
  await town.stop();
});

const limits = { timeout: 60_000 };

async function closed(reader) {
  assert.deepEqual(reader.complaints, []);
  await reader.leave();
}

/** All texts that can be seen or heard, each where it ends in the tree. */
function everyText(element) {
  const found = [];
  const walker = document.createTreeWalker(element.shadowRoot, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      // What readers wrote, their names, and dates are not the widget's to translate.
      const own = node.parentElement.closest('.body, .author, .avatar, time');
      if (!own && /\p{L}/u.test(node.data)) found.push(node.data.trim());
    } else {
      const { ariaLabel, ariaDescription, placeholder, alt } = node;
      const said = [ariaLabel, ariaDescription, placeholder, alt];
      for (const text of said) if (text && /\p{L}/u.test(text)) found.push(text.trim());
    }
  }
  return found;
}

test('no text is wired into the code: in a made-up language nothing is in another one', limits, async () => {
  town.front.answer('GET', /^\/widget\/locales\/en-XA\.json$/, JSON.stringify(pseudo(ENGLISH)));
  const root = await town.post('default', '/pseudo', 'A root', { name: 'Aksel' });
  for (const body of ['1', '2', '3', '4', '5']) await town.post('default', '/pseudo', body, { name: 'Liv', parent: root.id });
  const around = { lang: 'en-XA' };
  const states = [
    [{ thread: '/pseudo/empty', email: '' }, async (reader) => {
      await reader.widget.locator('button[type=submit]').click();
      await reader.widget.locator('[aria-invalid]').waitFor();
    }],
    [{ thread: '/pseudo', 'page-size': '1' }, async (reader) => {
      await reader.widget.locator('[data-action=reply]').first().click();
      await reader.widget.locator('[data-action=report]').last().click();
      await reader.widget.locator('fieldset').waitFor();
    }],
    [{ site: 'moderated', thread: '/pseudo/held' }, async (reader) => {
      await reader.widget.locator('textarea').fill('May I?');
      await reader.widget.locator('input').first().fill('Ada');
      await reader.widget.locator('button[type=submit]').click();
      await reader.widget.locator('.pending-note').waitFor();
    }],
    [{ site: 'unknown', thread: '/pseudo' }, async (reader) => {
      await reader.widget.locator('.notice').waitFor();
      // It is announced a moment later.
      await reader.widget.locator('.live', { hasText: '⟦' }).waitFor({ state: 'attached' });
    }],
  ];
  for (const [attributes, arrive] of states) {
    const reader = await town.visit(attributes, { around });
    await reader.widget.locator('button').first().waitFor();
    await arrive(reader);
    const found = await reader.widget.evaluate(everyText);
    const other = found.filter((text) => !text.split(/\s*\(?⟧\s*/).every((part) => part === '' || part.startsWith('⟦')));
    assert.ok(found.length > 3, JSON.stringify(attributes));
    assert.deepEqual(other, [], JSON.stringify(attributes));
    await closed(reader);
  }
});

for (const language of LANGUAGES) {
  test(`a page in ${language} has its comments in ${language}`, limits, async () => {
    const words = texts(language);
    const thread = `/language/${language}`;
    await town.post('default', thread, '1');
    const reader = await town.visit({ thread }, { around: { lang: language } });
    await reader.button(words['form.send']).waitFor();
    await reader.widget.getByLabel(words['form.body'], { exact: true }).waitFor();
    await reader.widget.getByRole('heading', { name: words['heading.comments'] }).waitFor();
    const direction = await reader.widget.locator('.root').evaluate((element) => getComputedStyle(element).direction);
    assert.equal(direction, words.direction);
    assert.equal(await reader.widget.locator('.root').getAttribute('lang'), language);
    await closed(reader);
  });
}

test('a language of a region is the language; one that nobody knows is English', limits, async () => {
  const austrian = await town.visit({ thread: '/region' }, { around: { lang: 'de-AT' } });
  await austrian.button(texts('de')['form.send']).waitFor();
  await closed(austrian);
  const elvish = await town.visit({ thread: '/region' }, { around: { lang: 'qya' } });
  await elvish.button(ENGLISH['form.send']).waitFor();
  assert.equal(await elvish.widget.locator('.root').getAttribute('lang'), 'en');
  await elvish.leave();
});

test('the attribute goes before the page, and changes the language at once', limits, async () => {
  const reader = await town.visit({ thread: '/attribute', lang: 'de' });
  await reader.button(texts('de')['form.send']).waitFor();
  await reader.widget.evaluate((element) => element.setAttribute('lang', 'en'));
  await reader.button(ENGLISH['form.send']).waitFor();
  await closed(reader);
});

test('numbers, plurals and dates are those of the language', limits, async () => {
  for (let number = 1; number <= 3; number += 1) await town.post('default', '/plural', `${number}`);
  const reader = await town.visit({ thread: '/plural', refresh: '1' }, { around: { lang: 'ar' } });
  await reader.comments.first().waitFor();
  await town.post('default', '/plural', '4');
  await town.post('default', '/plural', '5');
  const two = texts('ar')['list.new'].two.replace('{count}', new Intl.NumberFormat('ar').format(2));
  await reader.button(two).waitFor();
  const time = reader.comments.first().locator('time');
  const at = new Intl.DateTimeFormat('ar', { dateStyle: 'long', timeStyle: 'short' });
  assert.equal(await time.getAttribute('title'), at.format(new Date(await time.getAttribute('datetime'))));
  await closed(reader);
});
