// Asks the service. Every failure is a `Refusal`, whose problem has a code: the service's, or one of these: offline,
// unreachable, other.

/** @import { Problem, ReplyPage, ThreadPage, Viewer, Written } from './types' */
/** @import { Token } from './drafts.js' */

export const READ_MILLISECONDS = 15_000;
const WRITE_MILLISECONDS = 30_000;

/** Why a call had no success. */
export class Refusal extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail ?? problem.code);
    this.problem = problem;
  }
}

/**
 * What went wrong, for any error.
 *
 * @param {unknown} error
 * @returns {Problem}
 */
export const problemOf = (error) => /** @type {any} */ (error)?.problem ?? { code: 'other', detail: `${error}` };

export class Api {
  /**
   * @param {{ src: string, site: string, thread: string }} settings
   * @param {Token | null} token null where nobody writes
   * @param {AbortSignal} signal ends every call
   */
  constructor({ src, site, thread }, token, signal) {
    this.base = `${src}/api/v1/sites/${encodeURIComponent(site)}/`;
    this.thread = thread;
    this.token = /** @type {Token} */ (token);
    this.signal = signal;
    /** How many milliseconds the reader's clock is ahead of the service's. */
    this.skew = 0;
  }

  /**
   * A page of the thread. Who writes here doesn't want what a cache remembers.
   *
   * @param {{ sort: string, limit: number, replies: number, cursor?: string | null }} query
   * @param {boolean} [fresh]
   * @returns {Promise<ThreadPage>}
   */
  page({ sort, limit, replies, cursor }, fresh = false) {
    const query = { thread: this.thread, sort, limit, replies, ...(cursor && { cursor }) };
    return this.#read('comments', query, fresh || this.token.get() !== null);
  }

  /**
   * @param {string} id
   * @returns {Promise<Written>}
   */
  comment(id) {
    return this.#read(`comments/${encodeURIComponent(id)}`, {});
  }

  /**
   * @param {string} root
   * @param {string} cursor '' for the first page
   * @param {number} limit
   * @param {boolean} [fresh]
   * @returns {Promise<ReplyPage>}
   */
  replies(root, cursor, limit, fresh) {
    return this.#read(`comments/${root}/replies`, { limit, ...(cursor && { cursor }) }, fresh);
  }

  /** How many comments the thread has now. */
  async count() {
    const { counts } = await this.#read('counts', { thread: this.thread }, true);
    return /** @type {number} */ (counts[0].comment_count);
  }

  /**
   * What is the viewer's own; null for somebody who never wrote.
   *
   * @returns {Promise<Viewer | null>}
   */
  async viewer() {
    const token = this.token.get();
    if (token === null) return null;
    try {
      return await this.call(`viewer?${parameters({ thread: this.thread })}`, { headers: bearer(token) });
    } catch (error) {
      if (problemOf(error).code === 'invalid_token') this.token.set(null);
      return null;
    }
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number>} query
   * @param {boolean} [fresh]
   */
  #read(path, query, fresh = false) {
    const cache = fresh ? 'no-cache' : 'default';
    return this.call(`${path}?${parameters(query)}`, { cache });
  }

  /**
   * Calls the service, and gives its answer.
   *
   * @param {string} path
   * @param {RequestInit} options
   * @returns {Promise<any>}
   */
  async call(path, options) {
    const deadline = AbortSignal.timeout(options.method ? WRITE_MILLISECONDS : READ_MILLISECONDS);
    const signal = AbortSignal.any([this.signal, deadline]);
    try {
      const response = await fetch(this.base + path, { ...options, credentials: 'omit', signal });
      const answer = await response.json().catch(() => null);
      this.signal.throwIfAborted();
      const { headers } = response;
      // Only from what no cache answers.
      if (options.headers) this.skew = Date.now() - Date.parse(headers.get('date') ?? '') || 0;
      // What isn't an answer of the service is none: a proxy has others.
      if (response.ok && (isObject(answer) || (options.method && response.status === 204))) return answer;
      const code = response.ok ? 'unreachable' : response.status === 503 ? 'busy' : 'other';
      const retry_after_seconds = Number(headers.get('retry-after')) || undefined;
      throw new Refusal({ code, retry_after_seconds, ...(answer?.code && answer) });
    } catch (error) {
      if (error instanceof Refusal || this.signal.aborted) throw error;
      throw new Refusal({ code: navigator.onLine === false ? 'offline' : 'unreachable', detail: `${error}` });
    }
  }
}

/** @param {unknown} answer */
export const isObject = (answer) => answer?.constructor === Object;

/** @param {Record<string, string | number>} query */
export const parameters = (query) =>
  new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));

/**
 * @param {string | null} token
 * @returns {Record<string, string>}
 */
export const bearer = (token) => (token === null ? {} : { Authorization: `Bearer ${token}` });
