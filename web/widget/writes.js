// Writes to the service. A write that brings no answer is a `Refusal` with one of these codes: offline, unreachable,
// unsent (the service is there, but the answer to a text is not), unanswered (nor to anything else), origin_not_allowed
// (as far as a browser lets us see), origin_opaque (the page has none that could be allowed).

/** @import { Pending, Problem, VoteResult, Written } from './types' */
/** @import { Api } from './api.js' */

import { bearer, parameters, problemOf, Refusal } from './api.js';

const ATTEMPTS = 3;

export class Writes {
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * @param {Api} api
   * @param {string} site
   */
  constructor(api, site) {
    this.api = api;
    this.site = site;
    this.token = api.token;
    this.signal = api.signal;
  }

  /** Waits while somebody who is nobody yet becomes somebody. */
  async settled() {
    if (this.token.get() === null) await this.#turn;
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
    const run = () => this.send(method, path, body, as.key, token());
    if (this.token.get() !== null) return run();
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /**
   * Writes as whoever has this token, or as nobody.
   *
   * @param {string} method
   * @param {string} path
   * @param {string | null} body
   * @param {string | undefined} key
   * @param {string | null} token
   * @returns {Promise<any>}
   */
  async send(method, path, body, key, token) {
    const headers = {
      ...(body !== null && { 'Content-Type': 'application/json' }),
      ...(key && { 'Idempotency-Key': key }),
      ...bearer(token),
    };
    try {
      const answer = await this.api.call(path, { method, headers, body });
      // Who became somebody meanwhile stays that: the older token has more that can be changed with it.
      if (answer?.guest_token && this.token.get() === null) this.token.set(answer.guest_token);
      return answer;
    } catch (error) {
      const { code } = problemOf(error);
      if (code === 'unreachable') throw new Refusal(await this.#diagnosis(key || method === 'PATCH' ? 'unsent' : 'unanswered'));
      if (code !== 'invalid_token' || token === null) throw error;
      if (this.token.get() === token) this.token.set(null);
      return this.send(method, path, body, key, this.token.get());
    }
  }

  /**
   * Why there was no answer to a write. Browsers hide the refusal of an origin, so it is found by asking two things:
   * one that is open to every page, and one that is open to the site's own pages only.
   *
   * @param {string} code where it is none of that
   * @returns {Promise<Problem>}
   */
  async #diagnosis(code) {
    const query = parameters({ thread: this.api.thread });
    if (!(await this.#answers(`counts?${query}`, {}))) return { code: 'unreachable' };
    const admitted = await this.#answers(`viewer?${query}`, { headers: bearer('none') });
    return admitted ? { code } : this.#notAdmitted();
  }

  /**
   * What to tell whoever looks after the page; readers can do nothing about it.
   *
   * @returns {Problem}
   */
  #notAdmitted() {
    // A file, or a sandboxed frame.
    const opaque = self.origin === 'null';
    const detail = opaque
      ? 'This page has no origin that a site could have: it is a file or a sandboxed frame. Serve it over http or https.'
      : `The site doesn't have this page's origin: rejoinder site set ${this.site} --add-origin ${self.origin}`;
    console.warn(`rejoinder: ${detail}`);
    return { code: opaque ? 'origin_opaque' : 'origin_not_allowed', detail };
  }

  /**
   * @param {string} path
   * @param {RequestInit} options
   */
  async #answers(path, options) {
    const result = await this.api.call(path, { ...options, cache: 'no-store' }).catch((error) => error);
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
