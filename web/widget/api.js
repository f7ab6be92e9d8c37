// Calls of the service. Every failure is a `Refusal`, whose problem has a code: the service's, or one of these:
// offline, unreachable, unsent (no answer came to a write), origin_not_allowed (as far as a browser lets us see).

/** @import { Pending, Problem, ReplyPage, ThreadPage, Viewer, VoteResult, Written } from './types' */
/** @import { Token } from './drafts.js' */

const READ_MILLISECONDS = 15_000;
const WRITE_MILLISECONDS = 30_000;
const ATTEMPTS = 3;

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
export const problemOf = (error) => (error instanceof Refusal ? error.problem : { code: 'other', detail: `${error}` });

export class Api {
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * @param {{ src: string, site: string, thread: string }} settings
   * @param {Token} token
   * @param {AbortSignal} signal ends every call
   */
  constructor({ src, site, thread }, token, signal) {
    this.base = `${src}/api/v1/sites/${encodeURIComponent(site)}/`;
    this.thread = thread;
    this.token = token;
    this.signal = signal;
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
      return await this.#fetch(`viewer?${parameters({ thread: this.thread })}`, { headers: bearer(token) });
    } catch (error) {
      if (problemOf(error).code === 'invalid_token') this.token.set(null);
      return null;
    }
  }

  /**
   * Posts a comment, and while it isn't known whether it arrived, the same again.
   *
   * @param {Pending} pending
   * @returns {Promise<Written>}
   */
  async post({ key, request, token }) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#write('POST', 'comments', request, { token, key });
      } catch (error) {
        const { code, retry_after_seconds: seconds = 1 } = problemOf(error);
        if (attempt === ATTEMPTS || !['unsent', 'idempotency_in_progress'].includes(code)) throw error;
        await this.#pause(seconds * 1_000);
      }
    }
  }

  /**
   * @param {string} id
   * @param {string} body
   * @returns {Promise<Written>}
   */
  edit(id, body) {
    return this.#write('PATCH', `comments/${id}`, JSON.stringify({ body }));
  }

  /**
   * Deletes a comment; one that is gone already counts as a success.
   *
   * @param {string} id
   */
  async remove(id) {
    try {
      await this.#write('DELETE', `comments/${id}`, null);
    } catch (error) {
      if (problemOf(error).code !== 'comment_not_found') throw error;
    }
  }

  /**
   * @param {string} id
   * @param {number} value
   * @returns {Promise<VoteResult>}
   */
  vote(id, value) {
    return this.#write('PUT', `comments/${id}/vote`, JSON.stringify({ value }));
  }

  /**
   * @param {string} id
   * @param {{ reason: string, detail?: string }} report
   */
  report(id, report) {
    return this.#write('POST', `comments/${id}/reports`, JSON.stringify(report));
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number>} query
   * @param {boolean} [fresh]
   */
  #read(path, query, fresh = false) {
    const cache = fresh ? 'no-cache' : 'default';
    return this.#fetch(`${path}?${parameters(query)}`, { cache });
  }

  /**
   * Writes as whoever has the token. Who has none becomes somebody by the answer, so two first writes go one after the
   * other.
   *
   * @param {string} method
   * @param {string} path
   * @param {string | null} body
   * @param {{ token?: string | null, key?: string }} [as]
   */
  #write(method, path, body, as = {}) {
    const token = () => (as.token === undefined ? this.token.get() : as.token);
    const run = () => this.#send(method, path, body, as.key, token());
    if (this.token.get() !== null) return run();
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string | null} body
   * @param {string | undefined} key
   * @param {string | null} token
   * @returns {Promise<any>}
   */
  async #send(method, path, body, key, token) {
    const headers = {
      ...(body !== null && { 'Content-Type': 'application/json' }),
      ...(key && { 'Idempotency-Key': key }),
      ...bearer(token),
    };
    try {
      const answer = await this.#fetch(path, { method, headers, body });
      if (answer?.guest_token) this.token.set(answer.guest_token);
      return answer;
    } catch (error) {
      const { code } = problemOf(error);
      if (code === 'unreachable') throw new Refusal(await this.#diagnosis());
      if (code !== 'invalid_token' || token === null) throw error;
      if (this.token.get() === token) this.token.set(null);
      return this.#send(method, path, body, key, null);
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   * @returns {Promise<any>}
   */
  async #fetch(path, options) {
    const controller = new AbortController();
    const stop = () => controller.abort();
    const timer = setTimeout(stop, options.method ? WRITE_MILLISECONDS : READ_MILLISECONDS);
    this.signal.addEventListener('abort', stop);
    try {
      this.signal.throwIfAborted();
      const response = await fetch(this.base + path, { ...options, credentials: 'omit', signal: controller.signal });
      const answer = response.status === 204 ? null : await response.json().catch(() => null);
      this.signal.throwIfAborted();
      if (response.ok) return answer;
      throw new Refusal(answer?.code ? answer : { code: response.status === 503 ? 'busy' : 'other' });
    } catch (error) {
      if (error instanceof Refusal || this.signal.aborted) throw error;
      throw new Refusal({ code: navigator.onLine === false ? 'offline' : 'unreachable', detail: `${error}` });
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Why there was no answer to a write. Browsers hide the refusal of an origin, so it is found by asking two things:
   * one that is open to every page, and one that is open to the site's own pages only.
   *
   * @returns {Promise<Problem>}
   */
  async #diagnosis() {
    const query = parameters({ thread: this.thread });
    if (!(await this.#answers(`counts?${query}`, {}))) return { code: 'unreachable' };
    const admitted = await this.#answers(`viewer?${query}`, { headers: bearer('none') });
    return { code: admitted ? 'unsent' : 'origin_not_allowed' };
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  async #answers(path, options) {
    const result = await this.#fetch(path, { ...options, cache: 'no-store' }).catch((error) => error);
    this.signal.throwIfAborted();
    return !['unreachable', 'offline'].includes(problemOf(result).code);
  }

  /** @param {number} milliseconds */
  #pause(milliseconds) {
    return new Promise((done, failed) => {
      const stop = () => {
        clearTimeout(timer);
        failed(this.signal.reason);
      };
      const timer = setTimeout(() => {
        this.signal.removeEventListener('abort', stop);
        done(null);
      }, milliseconds);
      this.signal.addEventListener('abort', stop, { once: true });
    });
  }
}

/** @param {Record<string, string | number>} query */
const parameters = (query) =>
  new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));

/**
 * @param {string | null} token
 * @returns {Record<string, string>}
 */
const bearer = (token) => (token === null ? {} : { Authorization: `Bearer ${token}` });
