// That every language says everything, in the forms that its numbers need, and nothing in English.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { pseudo } from './pseudo.mjs';

const FOLDER = new URL('../../web/widget/locales/', import.meta.url);
const languages = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const read = (language) => JSON.parse(readFileSync(new URL(`${language}.json`, FOLDER), 'utf8'));
const texts = new Map(languages.map((language) => [language, read(language)]));
const english = texts.get('en');
const others = languages.filter((language) => language !== 'en');

/** Texts that may be the same as in English: words that both languages have. */
const SHARED = new Map([
  ['de', ['form.name']],
]);
/** English words that no other language here has; `Markdown`, `e-mail` and names are not among them. */
const ENGLISH_WORDS = word(
  'the this that your you comments? reply replies post posted write wrote show try again vote[sd]? report delete with',
  'can be is are more isn’t can’t',
);
/** Where such a word is one of the language's own. */
const OWN_WORDS = new Map([
  ['fr', word('votes?')],
]);
/** The forms in which the words say how many there are, so that there needs to be no figure. */
const WORDED = new Set(['zero', 'one', 'two']);

const forms = (text) => (typeof text === 'string' ? [['', text]] : Object.entries(text));
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

for (const language of languages) {
  const own = texts.get(language);

  test(`${language}: says where its lines begin`, () => {
    assert.match(own.direction, /^(ltr|rtl)$/);
    const { textInfo } = new Intl.Locale(language);
    if (textInfo) assert.equal(own.direction, textInfo.direction);
  });

  test(`${language}: says all there is to say, in the same order`, () => {
    assert.deepEqual(Object.keys(own), Object.keys(english));
  });

  test(`${language}: has the forms of its numbers, and no others`, () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const [key, text] of Object.entries(english)) {
      assert.equal(typeof own[key], typeof text, key);
      if (typeof text !== 'string') assert.deepEqual(Object.keys(own[key]).sort(), [...pluralCategories].sort(), key);
    }
  });

  test(`${language}: has a place for every value, and none for others`, () => {
    for (const [key, text] of Object.entries(own)) {
      const wanted = placeholders(forms(english[key]).at(-1)[1]);
      for (const [form, said] of forms(text)) {
        const found = placeholders(said);
        const isWorded = WORDED.has(form) && !found.includes('count');
        assert.deepEqual(found, wanted.filter((name) => !isWorded || name !== 'count'), `${key} ${form}`);
      }
    }
  });

  test(`${language}: is written with care`, () => {
    for (const [key, text] of Object.entries(own)) {
      for (const [, said] of forms(text)) {
        assert.equal(said, said.trim().normalize('NFC'), key);
        assert.doesNotMatch(said, / {2}|\.\.\.|["\t\n]|<|&\w+;/, key);
      }
    }
  });
}

for (const language of others) {
  test(`${language}: leaves nothing in English`, () => {
    const shared = ['direction', ...(SHARED.get(language) ?? [])];
    const ownWords = OWN_WORDS.get(language) ?? /$^/;
    for (const [key, text] of Object.entries(texts.get(language))) {
      const originals = forms(english[key]).map(([, said]) => said);
      for (const [, said] of forms(text)) {
        if (!shared.includes(key)) assert.ok(!originals.includes(said), `${key}: ${said}`);
        assert.doesNotMatch(said.replace(/\{\w+\}/g, '').replace(ownWords, ''), ENGLISH_WORDS, key);
      }
    }
  });
}

test('the made-up language has everything English has, and looks like neither', () => {
  const made = pseudo(english);
  assert.deepEqual(Object.keys(made), Object.keys(english));
  for (const [key, text] of Object.entries(english)) {
    for (const [form, said] of forms(text)) {
      const other = form === '' ? made[key] : made[key][form];
      assert.deepEqual(placeholders(other), placeholders(said), key);
      assert.match(other, /^⟦.*⟧$/s, key);
      assert.ok(other.length > said.length * 1.2, key);
    }
  }
});

/** Finds any of some words, with nothing else of the same script beside it. */
function word(...lines) {
  return new RegExp(`(?<!\\p{L})(${lines.join(' ').replaceAll(' ', '|')})(?!\\p{L})`, 'giu');
}
