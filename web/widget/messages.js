// The widget's texts in the reader's language, and in English where that language lacks one.

/** @typedef {Record<string, string | Record<string, string>>} Texts */

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

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
 * Reads the texts of a language. Without them the widget speaks English, so a failure is none.
 *
 * @param {string} src
 * @param {string} name
 * @param {AbortSignal} signal
 * @returns {Promise<Texts | null>}
 */
export async function loadTexts(src, name, signal) {
  if (name === 'en' || !/^[a-z]{2,3}(-XA)?$/.test(name)) return null;
  try {
    const response = await fetch(`${src}/widget/locales/${name}.json`, { signal, credentials: 'omit' });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

export class Messages {
  /**
   * @param {string} language a BCP 47 tag, for numbers and plurals
   * @param {Texts} english
   * @param {Texts | null} [texts]
   */
  constructor(language, english, texts = null) {
    this.language = texts === null || !isKnown(language) ? 'en' : language;
    this.direction = RIGHT_TO_LEFT.has(localeName(this.language)) ? 'rtl' : null;
    this.english = english;
    this.texts = texts;
    this.numbers = new Intl.NumberFormat(this.language);
    this.plurals = new Intl.PluralRules(this.language);
  }

  /**
   * The text of a key. Where there are several, `values.count` decides which.
   *
   * @param {string} key
   * @param {Record<string, string | number | undefined>} [values]
   */
  text(key, values = {}) {
    const found = this.texts?.[key] ?? this.english[key] ?? key;
    const template = typeof found === 'string' ? found : this.#choose(key, found, Number(values.count));
    return template.replace(/\{(\w+)\}/g, (placeholder, name) => {
      const value = values[name];
      return typeof value === 'number' ? this.number(value) : (value ?? placeholder);
    });
  }

  /** @param {string} key */
  has(key) {
    return key in this.english;
  }

  /** @param {number} value */
  number(value) {
    return this.numbers.format(value);
  }

  /**
   * @param {string} key
   * @param {Record<string, string>} forms
   * @param {number} count
   */
  #choose(key, forms, count) {
    const rules = this.texts?.[key] ? this.plurals : new Intl.PluralRules('en');
    return forms[rules.select(count)] ?? forms.other ?? key;
  }
}

/** @param {string} language */
function isKnown(language) {
  try {
    return Intl.NumberFormat.supportedLocalesOf(language).length > 0;
  } catch {
    return false;
  }
}
