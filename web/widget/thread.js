// One thread on the page, from its first page to its end: reads, shows, reads on. When the element is changed or taken
// out, its signal ends it, and whatever comes after that is ignored.

/** @import { Act, Context, Problem, Settings, Sort, ThreadState, ThreadPage, Viewer } from './types' */

import { Announcer } from './announce.js';
import { Api, problemOf, Refusal } from './api.js';
import { Token } from './drafts.js';
import { Frame } from './frame.js';
import { List } from './list.js';
import { loadMessages } from './messages.js';
import { first, linkedId, scrollTo, standingStill } from './place.js';
import { sentence } from './problems.js';
import * as store from './store.js';
import { Times } from './time.js';
import { Watch } from './watch.js';

const REPLIES_AT_ONCE = 50;
const NEWS_AT_MOST = 50;
const CHAIN_AT_MOST = 12;
const MINUTE = 60_000;

/** @import { Messages } from './messages.js' */
/** @import { Writing } from './writing.js' */
/** @typedef {{ page: ThreadPage, viewer: Promise<Viewer | null> }} FirstPage what is the viewer's own may come later */
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
  #busy = new Set();
  #count = -1;
  #started = false;
  #timer = 0;

  /**
   * @param {Settings} settings
   * @param {Place} place
   */
  constructor(settings, place) {
    this.settings = settings;
    this.place = place;
    this.signal = this.#ended.signal;
    this.sort = settings.sort;
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
    const first = this.#readFirst();
    first.catch(() => {});
    const writing = this.settings.readonly ? null : import('./writing.js');
    writing?.catch(() => {});
    const messages = await loadMessages(this.settings.src, this.settings.language, this.signal);
    if (this.signal.aborted) return;
    this.context = this.#context(messages);
    this.frame = new Frame(this.context, this.settings, this.place, {
      sort: (sort) => this.#resort(sort),
      more: () => this.#more(),
      news: () => this.#news(),
    });
    this.frame.showLoading();
    await this.#begin(first);
    await this.#write(writing);
  }

  /** Reads all of it anew. */
  async refresh() {
    await this.ready.promise;
    await this.#reload();
  }

  /**
   * Takes over what is known now, and shows it.
   *
   * @param {ThreadState} state
   */
  set(state) {
    this.state = state;
    this.list?.show(state);
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
    this.set(this.#state);
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
   * Shows a comment wherever it is, reading what leads to it if need be.
   *
   * @param {string} id
   * @returns {Promise<boolean>} whether there is such a comment
   */
  async showComment(id) {
    await this.ready.promise;
    try {
      if (!this.place.section.isConnected) await this.writing.promise;
      if (!this.list?.views.has(id)) await this.#readChain(id);
    } catch (error) {
      this.#sayFailed(error);
      return false;
    }
    const { context, list, state, frame } = this;
    if (!state?.comments.has(id)) {
      frame?.say(context?.messages.text('notice.gone') ?? '');
      return false;
    }
    list?.reveal(id);
    this.set({ ...state, linked: id });
    scrollTo(list?.views.get(id)?.article);
    return true;
  }

  /** @param {string} root */
  #moreReplies = (root) => this.#once(`replies:${root}`, async () => {
    const cursor = this.#state.conversations.get(root)?.cursor ?? '';
    const page = await this.api.replies(root, cursor, REPLIES_AT_ONCE, cursor === '');
    this.#setAndGo(store.withReplies(this.#state, root, page));
  });

  /** @returns {Promise<FirstPage>} */
  async #readFirst(fresh = false) {
    const viewer = this.api.viewer();
    return { page: await this.api.page(this.#query(), fresh), viewer };
  }

  #query() {
    return { sort: this.sort, limit: this.settings.pageSize, replies: this.settings.replies };
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

  /** @param {Promise<FirstPage>} reading */
  async #begin(reading) {
    const context = /** @type {Context} */ (this.context);
    try {
      const taken = await reading;
      if (this.signal.aborted) return;
      this.list = new List(context, this.#act, this.settings.readonly);
      this.frame?.begin(this.list);
      this.#take(taken);
    } catch (error) {
      const problem = this.failed(error);
      const retry = () => this.#begin(this.#readFirst());
      if (problem) this.frame?.showFailure(sentence(problem, context, this.settings), retry);
      return;
    }
    this.ready.resolve();
    this.place.emit('ready', { thread: this.#state.thread, policy: this.#state.policy });
    this.#keepUp();
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
      this.#sayFailed(new Refusal({ code: 'unreachable', detail: `${error}` }));
    }
  }

  #act = async (/** @type {Act} */ act, /** @type {string} */ id) => {
    if (act === 'show') await this.showComment(id);
    else if (act === 'replies') await this.#moreReplies(id);
    else {
      const writing = await this.writing.promise.catch(() => null);
      if (writing) writing.act(act, id);
      else this.#sayFailed(new Refusal({ code: 'unreachable' }));
    }
  };

  /** From now on: permalinks and new comments. */
  #keepUp() {
    const { signal } = this;
    const follow = () => {
      const id = linkedId();
      if (id !== null) this.showComment(id);
    };
    window.addEventListener('hashchange', follow, { signal });
    follow();
    new Watch(this).start();
  }

  /** @param {FirstPage} first */
  async #take({ page, viewer }) {
    this.set(store.begin(page, this.sort, this.state));
    const own = await viewer;
    if (own && !this.signal.aborted) this.set(store.withViewer(this.#state, own, this.now()));
  }

  #reload() {
    return this.#once('reload', async () => {
      this.#take(await this.#readFirst(true));
    });
  }

  /** @param {Sort} sort */
  async #resort(sort) {
    this.sort = sort;
    await this.#reload();
    if (this.sort === this.#state.sort) this.context?.announce(this.context.messages.text('list.sorted'));
  }

  #more() {
    return this.#once('more', async () => {
      const { sort, cursor } = this.#state;
      const page = await this.api.page({ ...this.#query(), sort, cursor });
      if (this.#state.cursor === cursor) this.#setAndGo(store.withPage(this.#state, page));
    });
  }

  /** Puts in what was posted meanwhile, and leaves what is being read where it is. */
  #news() {
    return this.#once('news', async () => {
      const page = await this.api.page({ ...this.#query(), sort: 'newest', limit: NEWS_AT_MOST }, true);
      this.#setAndGo(store.withNews(this.#state, page), true);
      this.frame?.showNews(0);
    });
  }

  /**
   * Shows a further state, and goes to the first of the comments that were not there before.
   *
   * @param {ThreadState} next
   * @param {boolean} [still] whether something may come before what is being read
   */
  #setAndGo(next, still = false) {
    const before = this.#state.comments;
    const added = [...next.comments.keys()].filter((id) => !before.has(id));
    if (still) standingStill(this.place.section, () => this.set(next));
    else this.set(next);
    scrollTo(first(added.map((id) => this.list?.views.get(id)?.article)));
    const { announce, messages } = /** @type {Context} */ (this.context);
    announce(messages.text('list.more_shown', { count: added.length }));
  }

  /**
   * Reads a comment and what it answers, up to the root.
   *
   * @param {string} id
   */
  async #readChain(id) {
    const chain = [];
    /** @type {string | null} */
    let next = id;
    while (next !== null && !this.#state.comments.has(next)) {
      const { comment, thread } = await this.api.comment(next);
      if (thread.key !== this.settings.thread) return;
      chain.push(comment);
      next = chain.length < CHAIN_AT_MOST ? comment.parent_id : comment.root_id;
    }
    this.set(store.withLinked(this.#state, id, chain));
  }

  /**
   * Runs something unless it runs already, and says if it failed.
   *
   * @param {string} name
   * @param {() => Promise<void>} run
   */
  async #once(name, run) {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    this.frame?.setBusy(true);
    try {
      await run();
    } catch (error) {
      this.#sayFailed(error);
    } finally {
      this.#busy.delete(name);
      this.frame?.setBusy(this.#busy.size > 0);
    }
  }

  /** @param {unknown} error */
  #sayFailed(error) {
    const problem = this.failed(error);
    if (!problem || !this.context) return;
    if (problem.code === 'invalid_cursor') this.#reload();
    else this.frame?.say(sentence(problem, this.context, this.settings));
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
