// One thread on the page, from its first page to its end: reads, shows, reads on. When the element is changed or taken
// out, its signal ends it, and whatever comes after that is ignored.

/** @import { Act, Context, Problem, Settings, Sort, ThreadState, ThreadPage, Viewer } from './types' */

import { Announcer } from './announce.js';
import { Api, problemOf, Refusal } from './api.js';
import { Token } from './drafts.js';
import { Frame } from './frame.js';
import { List } from './list.js';
import { fewTexts, loadMessages } from './messages.js';
import { load } from './parts.js';
import { linkedId } from './place.js';
import { sentence } from './problems.js';
import { begin } from './store.js';
import { Times } from './time.js';

const MINUTE = 60_000;

/** @import { Messages } from './messages.js' */
/** @import { Further } from './further.js' */
/** @import { Writing } from './writing.js' */
/**
 * A first page; what is the viewer's own may come later. What was known when it was asked for is `before`.
 *
 * @typedef {{ page: ThreadPage, sort: Sort, viewer: Promise<Viewer | null>, before: ThreadState | null }} FirstPage
 */
/**
 * The element in the page.
 *
 * @typedef {object} Place
 * @property {HTMLElement} section
 * @property {HTMLElement} live
 * @property {(name: string, detail: object) => void} emit
 * @property {() => void} mount
 * @property {(text: string) => void} addStyle
 * @property {() => boolean} isNear whether a reader may see it
 */

export class ThreadView {
  /** @type {ThreadState | null} */
  state = null;
  #ended = new AbortController();
  #count = -1;
  #started = false;
  /** @type {Further | null} */
  #further = null;
  #timer = 0;
  load = load;

  /**
   * @param {Settings} settings
   * @param {Place} place
   */
  constructor(settings, place) {
    this.settings = settings;
    this.place = place;
    this.signal = this.#ended.signal;
    this.api = new Api(settings, new Token(settings.src, settings.site), this.signal);
    /** @type {PromiseWithResolvers<void>} resolved once the comments are there */
    this.ready = withResolvers();
    /** @type {PromiseWithResolvers<Writing | null>} resolved once people can write; null where they shall not */
    this.writing = withResolvers();
  }

  end() {
    this.#ended.abort();
    clearTimeout(this.#timer);
    this.ready.reject(this.signal.reason);
    this.writing.reject(this.signal.reason);
  }

  /** Reads the thread and its language at the same time, and shows it. A second call does nothing. */
  async start() {
    if (this.#started) return;
    this.#started = true;
    await this.#attempt();
  }

  async #attempt() {
    const { settings, signal } = this;
    const reading = this.readFirst(settings.sort);
    const writing = settings.readonly ? null : load('writing');
    for (const promise of [reading, writing, load('further')]) promise?.catch(() => {});
    try {
      const messages = await loadMessages(settings.src, settings.language, signal);
      if (signal.aborted) return;
      const frame = this.#frame(messages);
      frame.showLoading();
      const taken = await reading;
      if (signal.aborted) return;
      this.list = new List(/** @type {Context} */ (this.context), this.#act, settings.readonly);
      frame.begin(this.list);
      this.take(taken);
    } catch (error) {
      this.state = null;
      const problem = this.failed(error);
      if (!problem) return;
      const frame = this.frame ?? this.#frame(fewTexts());
      frame.showFailure(sentence(problem, frame.context, settings), () => this.#attempt());
      return;
    }
    this.ready.resolve();
    this.place.emit('ready', { thread: this.#state.thread, policy: this.#state.policy });
    this.further(() => {});
    this.follow();
    await this.#write(writing);
  }

  /** @param {Messages} messages */
  #frame(messages) {
    this.context = this.#context(messages);
    this.frame = new Frame(this.context, this.settings, this.place, {
      sort: (sort) => this.further((further) => further.resort(sort), 'sort'),
      more: () => this.further((further) => further.more(), 'more'),
      news: () => this.further((further) => further.news(), 'news'),
    });
    return this.frame;
  }

  /** Reads all of it anew. */
  async refresh() {
    if (!this.#started) return this.start();
    await this.further((further) => further.reload());
  }

  /**
   * Goes on after the first page. What it takes may not be there; then that is said.
   *
   * @template T
   * @param {(further: Further) => T | Promise<T>} act
   * @param {string} [about] what it is said beside
   * @returns {Promise<T | void>}
   */
  async further(act, about) {
    await this.ready.promise;
    try {
      const module = await load('further');
      if (!this.signal.aborted) return await act((this.#further ??= new module.Further(this)));
    } catch (error) {
      this.sayFailed(error, about);
    }
  }

  /**
   * Takes over what is known now, and shows it.
   *
   * @param {ThreadState} state
   * @param {boolean} [all] whether time alone may have changed something
   */
  set(state, all = false) {
    this.state = state;
    this.list?.show(state, all);
    this.frame?.show(state);
    const count = state.thread.comment_count;
    if (count !== this.#count) this.place.emit('count', { count });
    this.#count = count;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#tick(), this.#untilChange(state));
  }

  /** What only time changes: how long ago something was, and what can still be changed. */
  #tick() {
    this.list?.tick();
    this.set(this.#state, true);
  }

  /**
   * In how many milliseconds that is: every minute, or when a comment's time to be changed is over.
   *
   * @param {ThreadState} state
   */
  #untilChange({ own, comments, policy }) {
    const posted = [...own].map((id) => Date.parse(comments.get(id)?.created_at ?? ''));
    const left = posted.map((time) => time + policy.edit_window_seconds * 1_000 - this.now());
    return Math.min(MINUTE, ...left.filter((milliseconds) => milliseconds >= 0));
  }

  /**
   * What went wrong; null if it is only that all of this has ended.
   *
   * @param {unknown} error
   * @returns {Problem | null}
   */
  failed(error) {
    if (this.signal.aborted) return null;
    const problem = problemOf(error);
    this.place.emit('error', { problem });
    return problem;
  }

  /**
   * @param {string} id
   * @param {boolean} [quietly] whether nothing is said of a comment of another thread
   */
  showComment(id, quietly) {
    return this.further((further) => further.showComment(id, quietly), 'link');
  }

  /** Shows the comment that the page's address leads to. */
  follow() {
    const id = linkedId();
    if (id !== null) this.showComment(id, true);
  }

  /**
   * @param {Sort} sort
   * @returns {Promise<FirstPage>}
   */
  async readFirst(sort) {
    const before = this.state;
    const viewer = this.api.viewer();
    return { page: await this.api.page({ ...this.query(), sort }, true), sort, viewer, before };
  }

  query() {
    return { limit: this.settings.pageSize, replies: this.settings.replies };
  }

  get #state() {
    return /** @type {ThreadState} */ (this.state);
  }

  now = () => Date.now() - this.api.skew;

  /**
   * @param {Messages} messages
   * @returns {Context}
   */
  #context(messages) {
    return {
      messages,
      times: new Times(messages.language),
      headingLevel: this.settings.headingLevel,
      announce: new Announcer(this.place.live, this.signal).say,
      signal: this.signal,
      now: this.now,
    };
  }

  /**
   * Adds what people write with.
   *
   * @param {Promise<typeof import('./writing.js')> | null} loading
   */
  async #write(loading) {
    try {
      const module = await loading;
      await this.ready.promise;
      if (this.signal.aborted) return;
      const writing = module && new module.Writing(this, /** @type {Context} */ (this.context));
      this.writing.resolve(writing);
      if (writing) this.frame?.begin(this.list, writing);
      this.set(this.#state);
    } catch (error) {
      if (this.signal.aborted) return;
      this.writing.resolve(null);
      this.frame?.giveUpForm();
      this.set(this.#state);
      this.sayFailed(error);
    }
  }

  #act = async (/** @type {Act} */ act, /** @type {string} */ id) => {
    if (act === 'show') await this.showComment(id);
    else if (act === 'fold') this.list?.fold(id);
    else if (act === 'replies' || act === 'copy') await this.further((further) => further[act](id));
    else {
      const writing = await this.writing.promise.catch(() => null);
      if (writing) writing.act(act, id);
      else this.sayFailed(new Refusal({ code: 'unreachable' }));
    }
  };

  /** @param {FirstPage} first */
  take({ page, sort, viewer, before }) {
    this.set(begin(page, sort, this.state));
    viewer.then((own) => own && this.further((further) => further.own(own, before)));
  }

  /**
   * @param {unknown} error
   * @param {string} [about]
   * @param {(text: string) => void} [say]
   */
  sayFailed(error, about, say = (text) => this.frame?.say(text, about)) {
    const problem = this.failed(error);
    if (!problem || !this.context) return;
    if (problem.code === 'invalid_cursor') this.refresh();
    else say(sentence(problem, this.context, this.settings));
  }
}

/** A promise to be kept from outside; that it may be broken is no mistake. */
function withResolvers() {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  parts.promise.catch(() => {});
  return parts;
}
