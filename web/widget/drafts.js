// What the page's own storage keeps for a writer: their name, their token, and texts not sent yet. Where a browser
// refuses storage, it is kept as long as the page is there.

/** @import { Draft } from './types' */

const PREFIX = 'rejoinder:';
/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} name */
function read(name) {
  try {
    return localStorage.getItem(PREFIX + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

/**
 * @param {string} name
 * @param {string | null} value
 */
function write(name, value) {
  memory.delete(name);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    if (value !== null) memory.set(name, value);
  }
}

/**
 * What was stored as JSON; null if nothing was, or something else.
 *
 * @param {string} name
 */
function readJson(name) {
  try {
    const value = JSON.parse(read(name) ?? 'null');
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** The writer as they signed last. */
export const writer = {
  /** @returns {{ name: string, email: string }} */
  get: () => ({ name: '', email: '', ...readJson('writer') }),
  /** @param {{ name: string, email: string }} value */
  set: (value) => write('writer', JSON.stringify(value)),
};

/** The token of the guest, for one site of one service. */
export class Token {
  /**
   * @param {string} src
   * @param {string} site
   */
  constructor(src, site) {
    this.name = `token:${src}:${site}`;
  }

  get() {
    return read(this.name);
  }

  /** @param {string | null} value */
  set(value) {
    write(this.name, value);
  }
}

/** A text that is being written. */
export class DraftStore {
  /**
   * @param {{ src: string, site: string, thread: string }} settings
   * @param {string} [parent]
   */
  constructor({ src, site, thread }, parent = '') {
    this.name = `draft:${src}:${site}:${thread}:${parent}`;
  }

  /** @returns {Draft} */
  get() {
    const draft = readJson(this.name);
    return typeof draft?.text === 'string' ? draft : { text: '' };
  }

  /** @param {Draft | null} draft */
  set(draft) {
    write(this.name, draft === null || draft.text === '' ? null : JSON.stringify(draft));
  }
}
