// The widget's texts in the reader's language.

/** @typedef {Record<string, string | Record<string, string>>} Texts */

const ENGLISH = 'en';
/** What can be said even if no texts can be read. */
const WITHOUT_TEXTS = {
  'heading.comments': 'Comments',
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
  const primary = language.split('-')[0]?.toLowerCase() ?? '';
  return /-XA$/i.test(language) ? `${primary}-XA` : primary;
}

/**
 * Reads the texts of a language, or if there are none, the English ones.
 *
 * @param {string} src
 * @param {string} language
 * @param {AbortSignal} signal
 */
export async function loadMessages(src, language, signal) {
  for (const name of new Set([localeName(language), ENGLISH])) {
    try {
      const response = await fetch(`${src}/widget/locales/${name}.json`, { signal, credentials: 'omit' });
      if (response.ok) return new Messages(tagFor(language, name), await response.json());
    } catch {
      // What can't be said can't be said; the comments may be there nevertheless.
    }
  }
  return new Messages(ENGLISH, WITHOUT_TEXTS);
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
    return ENGLISH;
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
