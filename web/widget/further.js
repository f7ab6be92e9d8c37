// What happens after the first page of a thread: more of it, what is new in it, another order, a comment that a link leads
// to. A bundle of its own, which comes while the first page is being read.

/** @import { Context, Sort, ThreadState, Viewer } from './types' */
/** @import { ThreadView } from './thread.js' */

import { copyLink } from './copy.js';
import { first, focusNow, isFocusFree, scrollTo, standingStill } from './place.js';
import * as store from './store.js';
import { Watch } from './watch.js';

const REPLIES_AT_ONCE = 50;
const NEWS_AT_MOST = 50;
const CHAIN_AT_MOST = 12;
/** Of what was answered meanwhile so much is read; if there is more, all is read anew. */
const GROWN_AT_MOST = 10;

export class Further {
  #busy = new Set();
  /** How often all was read anew: only the newest counts. */
  #turn = 0;

  /** @param {ThreadView} view which shows its first page */
  constructor(view) {
    this.view = view;
    new Watch(this).start();
  }

  get #state() {
    return /** @type {ThreadState} */ (this.view.state);
  }

  /**
   * Takes over what is the viewer's own.
   *
   * @param {Viewer} own
   * @param {ThreadState | null} before what was known when it was asked for
   */
  own(own, before) {
    this.view.set(store.withViewer(this.#state, own, this.view.now(), before));
  }

  /**
   * Shows a comment wherever it is, reading what leads to it if need be.
   *
   * @param {string} id
   * @param {boolean} [quietly] whether nothing is said of a comment of another thread
   * @returns {Promise<boolean>} whether there is such a comment
   */
  async showComment(id, quietly = false) {
    const asker = focusNow();
    await this.view.ready.promise;
    try {
      if (!this.view.place.section.isConnected) await this.view.writing.promise;
      if (!this.view.list?.views.has(id) && !(await this.#readChain(id)) && quietly) return false;
    } catch (error) {
      this.view.sayFailed(error, 'link');
      return false;
    }
    const { context, list, state, frame } = this.view;
    if (!state?.comments.has(id)) {
      frame?.say(context?.messages.text('notice.gone') ?? '', 'link');
      return false;
    }
    frame?.unsay('link');
    list?.reveal(id);
    this.view.set({ ...state, linked: id });
    if (isFocusFree(asker)) scrollTo(list?.views.get(id)?.article);
    return true;
  }

  /** @param {string} id of a comment whose link shall be copied */
  async copy(id) {
    const view = this.view.list?.views.get(id);
    if (view && this.view.context) await copyLink(view, this.view.context);
  }

  /** @param {string} root */
  replies = (root) => this.#once(`replies:${root}`, async (asker) => {
    const next = await this.#readReplies(this.#state, root);
    if (next) this.#setAndGo(next, asker, true);
  }, (text) => this.view.list?.say(root, text));

  /**
   * The next page of what is below a root; null if that was read meanwhile.
   *
   * @param {ThreadState} state
   * @param {string} root
   */
  async #readReplies(state, root) {
    const cursor = state.conversations.get(root)?.cursor ?? '';
    const page = await this.view.api.replies(root, cursor, REPLIES_AT_ONCE, cursor === '');
    const now = this.#state.conversations.get(root)?.cursor ?? '';
    return now === cursor ? store.withReplies(this.#state, root, page) : null;
  }

  /** What became of the viewer's comments that wait for a moderator. */
  async learnFate() {
    const before = this.#state;
    if (![...before.comments.values()].some(({ status }) => status === 'pending')) return;
    const own = await this.view.api.viewer();
    if (own && this.view.state === before) this.view.set(store.withFate(before, own, this.view.now()));
  }

  /** The newest of several wins, and where it fails nothing changes. */
  async reload(sort = this.#state.sort) {
    const turn = (this.#turn += 1);
    const isNewest = () => turn === this.#turn && !this.view.signal.aborted;
    this.#setBusy('reload', true);
    try {
      const first = await this.view.readFirst(sort);
      if (!isNewest()) return false;
      this.view.take(first);
      this.view.frame?.unsay('sort');
      this.view.frame?.showNews(0);
      return true;
    } catch (error) {
      if (!isNewest()) return false;
      this.view.frame?.showSort(this.#state.sort);
      this.view.sayFailed(error, 'sort');
      return false;
    } finally {
      if (turn === this.#turn) this.#setBusy('reload', false);
    }
  }

  /** @param {Sort} sort */
  async resort(sort) {
    if (await this.reload(sort)) this.view.context?.announce(this.view.context.messages.text('list.sorted'));
  }

  more() {
    return this.#once('more', async (asker) => {
      const { sort, cursor } = this.#state;
      const page = await this.view.api.page({ ...this.view.query(), sort, cursor });
      if (this.#state.cursor === cursor) this.#setAndGo(store.withPage(this.#state, page), asker);
    });
  }

  /** Puts in what was posted meanwhile, and leaves what is being read where it is. */
  news() {
    return this.#once('news', async (asker) => {
      const before = this.#state;
      const page = await this.view.api.page({ ...this.view.query(), sort: 'newest', limit: NEWS_AT_MOST }, true);
      let next = store.withNews(this.#state, page);
      const last = page.comments.at(-1);
      const isAll = page.next_cursor === null || before.comments.has(last?.id ?? '');
      for (const root of isAll ? store.grown(before, next, page).slice(0, GROWN_AT_MOST) : []) {
        const cursor = next.conversations.get(root)?.cursor ?? '';
        next = store.withReplies(next, root, await this.view.api.replies(root, cursor, REPLIES_AT_ONCE, true));
      }
      const found = [...next.comments].filter(([id, { status }]) => status === 'published' && !before.comments.has(id));
      // What is somewhere else still is found by who begins anew.
      if (isAll && this.#state === before && found.length >= store.unseen(before, page.thread.comment_count)) {
        this.#setAndGo(next, asker, true, true);
        this.view.frame?.showNews(0);
      } else if ((await this.reload()) && isFocusFree(asker)) this.view.frame?.heading.focus();
    });
  }

  /**
   * Shows a further state, and goes to the first of the comments that were not there before.
   *
   * @param {ThreadState} next
   * @param {Element | null} asker what had the focus when it was asked for
   * @param {boolean} [reveal] whether none of them stays folded
   * @param {boolean} [still] whether something may come before what is being read
   */
  #setAndGo(next, asker, reveal = false, still = false) {
    const { list, state: before } = this.view;
    const added = [...next.comments.keys()].filter((id) => !before?.comments.has(id));
    const isFree = isFocusFree(asker);
    const change = () => {
      this.view.set(next);
      if (!reveal) return;
      for (const id of added) list?.reveal(id);
      this.view.set(next);
    };
    if (still) standingStill(this.view.place.section, change);
    else change();
    const articles = added.map((id) => list?.views.get(id)?.article).filter(Boolean);
    if (isFree) scrollTo(first(articles));
    const { announce, messages } = /** @type {Context} */ (this.view.context);
    if (articles.length > 0) announce(messages.text('list.more_shown', { count: articles.length }));
  }

  /**
   * Reads a comment and what it answers, up to the root.
   *
   * @param {string} id
   * @returns {Promise<boolean>} whether it is of this thread
   */
  async #readChain(id) {
    const chain = [];
    /** @type {string | null} */
    let next = id;
    while (next !== null && !this.#state.comments.has(next)) {
      const { comment, thread } = await this.view.api.comment(next);
      if (thread.key !== this.view.settings.thread) return false;
      chain.push(comment);
      next = chain.length < CHAIN_AT_MOST ? comment.parent_id : comment.root_id;
    }
    this.view.set(store.withLinked(this.#state, id, chain));
    return true;
  }

  /**
   * Runs something unless it runs already, and says if it failed.
   *
   * @param {string} name
   * @param {(asker: Element | null) => Promise<void>} run is told what had the focus
   * @param {(text: string | null) => void} [say] says what went wrong, or takes that back
   */
  async #once(name, run, say = (text) => (text === null ? this.view.frame?.unsay(name) : this.view.frame?.say(text, name))) {
    if (this.#busy.has(name)) return;
    this.#setBusy(name, true);
    try {
      await run(focusNow());
      say(null);
    } catch (error) {
      this.view.sayFailed(error, name, say);
    } finally {
      this.#setBusy(name, false);
    }
  }

  /**
   * @param {string} name
   * @param {boolean} busy
   */
  #setBusy(name, busy) {
    if (busy) this.#busy.add(name);
    else this.#busy.delete(name);
    this.view.frame?.setBusy(this.#busy.size > 0);
  }
}
