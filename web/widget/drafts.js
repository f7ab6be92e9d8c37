// What the page's own storage keeps for a writer: their name, their token, and texts not sent yet. Where a browser
// refuses storage, it is kept as long as the page is there.

/** @import { Draft, Pending } from './types' */

const PREFIX = 'rejoinder:';
const COMMENT = /^(edit:)?[0-9a-v]{13}$/;
const KEY = /^[0-9a-f]{32}$/;
const TOKEN = /^[!-~]+$/;
/** @type {Map<string, string>} */
const memory = new Map();

/** @param {string} name */
function read(name) {
  // What couldn't be stored is newer than what is stored.
  if (memory.has(name)) return memory.get(name) ?? null;
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string | null} value
 */
function write(name, value) {
  memory.delete(name);
  try {
    // Where there is no room for it, an older one shall not come back after a reload.
    localStorage.removeItem(PREFIX + name);
    if (value !== null) localStorage.setItem(PREFIX + name, value);
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

/** A text that is being written: a comment, a reply to one (its id), or a change of one (`edit:` and its id). */
export class DraftStore {
  /**
   * @param {{ src: string, site: string, thread: string }} settings
   * @param {string} [of]
   */
  constructor(settings, of = '') {
    this.name = prefix(settings) + of;
  }

  /** @returns {Draft} */
  get() {
    const { text, closed, pending } = readJson(this.name) ?? {};
    if (typeof text !== 'string') return { text: '' };
    return { text, ...(closed === true && { closed }), ...(isPending(pending) && { pending }) };
  }

  /** @param {Draft | null} draft */
  set(draft) {
    write(this.name, draft === null || draft.text === '' ? null : JSON.stringify(draft));
  }
}

/** @param {{ src: string, site: string, thread: string }} settings */
const prefix = ({ src, site, thread }) => `draft:${src}:${site}:${thread}:`;

/**
 * What there are drafts of, beside the comment that answers none: ids, and `edit:` with ids.
 *
 * @param {{ src: string, site: string, thread: string }} settings
 */
export function kept(settings) {
  const names = [...memory.keys()];
  try {
    names.push(...Object.keys(localStorage).map((name) => name.replace(PREFIX, '')));
  } catch {
    // A browser that refuses storage has none.
  }
  const start = prefix(settings);
  const found = names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
  return new Set(found.filter((name) => COMMENT.test(name)));
}

/**
 * Whether something that was stored is a post that could be sent.
 *
 * @param {any} pending
 * @returns {pending is Pending}
 */
function isPending(pending) {
  try {
    const { author } = JSON.parse(pending.request);
    return KEY.test(pending.key) && (pending.token === null || TOKEN.test(pending.token)) && Boolean(author);
  } catch {
    return false;
  }
}
