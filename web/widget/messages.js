// The widget's texts in the reader's language.

/** @typedef {Record<string, string | Record<string, string>>} Texts */

import { isObject, READ_MILLISECONDS, Refusal } from './api.js';

const ENGLISH = 'en';
/** What has to be said if no texts can be read. */
const WITHOUT_TEXTS = {
  'heading.comments': 'Comments',
  'list.loading': 'Loading the comments …',
  'notice.retry': 'Try again',
  'error.unreachable': 'The comments can’t be reached.',
};

/**
 * The name of the file that has the texts of a language: `de` for `de-AT`. The region XA asks for a made-up language,
 * in which what isn't translated can be seen.
 *
 * @param {string} language
 */
export function localeName(language) {
  const primary = /^[a-z]{2,3}(?=-|$)/.exec(language.toLowerCase())?.[0] ?? ENGLISH;
  return /-XA$/i.test(language) ? `${primary}-XA` : primary;
}

/** The few texts without which not even a failure could be told. */
export const fewTexts = () => new Messages(ENGLISH, WITHOUT_TEXTS);

/**
 * Reads the texts of a language, or if there are none, the English ones. Without any it is a `Refusal`.
 *
 * @param {string} src
 * @param {string} spoken
 * @param {AbortSignal} signal
 */
export async function loadMessages(src, spoken, signal) {
  const language = spoken.replaceAll('_', '-');
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(READ_MILLISECONDS)]);
  for (const name of new Set([localeName(language), ENGLISH])) {
    try {
      const response = await fetch(`${src}/widget/locales/${name}.json`, { signal: deadline, credentials: 'omit' });
      const texts = await response.json();
      if (response.ok && isObject(texts)) return new Messages(tagFor(language, name), texts);
    } catch {
      // There may be those of the next one.
    }
  }
  throw new Refusal({ code: 'unreachable' });
}

/**
 * The tag to use for numbers, dates and plurals: the page's own where it is of the language of the texts.
 *
 * @param {string} language
 * @param {string} name
 */
function tagFor(language, name) {
  try {
    const usable = localeName(language) === name && Intl.NumberFormat.supportedLocalesOf(language).length > 0;
    return usable ? language : name;
  } catch {
    return name;
  }
}

export class Messages {
  /**
   * @param {string} language a BCP 47 tag, for numbers, dates and plurals
   * @param {Texts} texts
   */
  constructor(language, texts) {
    this.language = language;
    this.direction = texts.direction === 'rtl' ? 'rtl' : null;
    this.texts = texts;
    this.numbers = new Intl.NumberFormat(language);
    this.plurals = new Intl.PluralRules(language);
  }

  /**
   * The text of a key. Where there are several, `values.count` decides which.
   *
   * @param {string} key
   * @param {Record<string, string | number | undefined>} [values]
   */
  text(key, values = {}) {
    const found = this.texts[key] ?? key;
    const category = this.plurals.select(Number(values.count ?? 0));
    const template = typeof found === 'string' ? found : (found[category] ?? found.other ?? key);
    return template.replace(/\{(\w+)\}/g, (placeholder, name) => {
      const value = values[name];
      return typeof value === 'number' ? this.number(value) : (value ?? placeholder);
    });
  }

  /** @param {string} key */
  has(key) {
    return key in this.texts;
  }

  /** @param {number} value */
  number(value) {
    return this.numbers.format(value);
  }
}
