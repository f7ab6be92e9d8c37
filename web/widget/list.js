// The comments of a thread in their places. It keeps the view of each, and moves and changes only what has to be.

/** @import { Act, Branch, Comment, Context, ThreadState } from './types' */
/** @import { Facts } from './comment.js' */

import { CommentView } from './comment.js';
import { arrange, h, set, setText } from './dom.js';
import { missingReplies, tree } from './store.js';

/** Replies this deep are folded until somebody wants to see them. */
const FOLD_DEPTH = 2;
/** With more roots than this, the browser may put off those that aren't in view. */
const LONG = 50;
const NONE = /** @type {const} */ ('none');
/** Older comments don't say anything new every minute. */
const TICKING_MILLISECONDS = 3_600_000;

export class List {
  /** @type {Map<string, CommentView>} */
  views = new Map();
  /** @type {Set<string>} */
  #unfolded = new Set();
  /** @type {ThreadState | null} */
  #state = null;
  /** @type {CommentView | null} */
  #pinned = null;

  /**
   * @param {Context} context
   * @param {(act: Act, id: string) => void} act
   * @param {boolean} readonly
   */
  constructor(context, act, readonly) {
    this.context = context;
    this.act = act;
    this.readonly = readonly;
    this.pinned = h('ol', { class: 'list pinned', part: 'list' });
    this.element = h('ol', { class: 'list', part: 'list' });
  }

  /** @param {ThreadState} state */
  show(state) {
    this.#state = state;
    /** @type {Map<string, CommentView>} */
    const shown = new Map();
    const items = tree(state).map((branch) => this.#item(branch, shown));
    arrange(this.element, items);
    this.element.classList.toggle('long', items.length > LONG);
    for (const id of this.views.keys()) if (!shown.has(id)) this.views.delete(id);
    this.#showPinned(state);
  }

  /**
   * Unfolds whatever hides a comment.
   *
   * @param {string} id
   */
  reveal(id) {
    let comment = this.#state?.comments.get(id);
    while (comment) {
      comment = this.#state?.comments.get(comment.parent_id ?? '');
      if (comment) this.#unfolded.add(comment.id);
    }
  }

  /** Says anew how long ago the newer comments were. */
  tick() {
    const now = this.context.now();
    for (const view of this.views.values()) {
      const comment = this.#state?.comments.get(view.id);
      if (comment && now - Date.parse(comment.created_at) < TICKING_MILLISECONDS) view.tick();
    }
  }

  /**
   * @param {Branch} branch
   * @param {Map<string, CommentView>} shown
   */
  #item(branch, shown) {
    const { comment } = branch;
    const view = this.views.get(comment.id) ?? new CommentView(comment.id, this.context, this.act);
    this.views.set(comment.id, view);
    shown.set(comment.id, view);
    view.update(this.#facts(comment, branch.up));
    const folded = comment.depth >= FOLD_DEPTH && !this.#unfolded.has(comment.id);
    const below = folded ? [] : branch.branches.map((child) => this.#item(child, shown));
    const more = this.#more(view, branch, folded);
    arrange(view.element, [view.article, below.length > 0 && view.replies, more]);
    if (below.length > 0) arrange(view.replies, below);
    return view.element;
  }

  /**
   * The button below a comment for what isn't shown.
   *
   * @param {CommentView} view
   * @param {Branch} branch
   * @param {boolean} folded
   */
  #more(view, { comment, up, branches }, folded) {
    const { messages } = this.context;
    const state = /** @type {ThreadState} */ (this.#state);
    if (folded && branches.length > 0) {
      setText(view.more, messages.text('list.replies', { count: size(branches) }));
      view.more.onclick = () => {
        this.#unfolded.add(comment.id);
        this.show(state);
        this.views.get(branches[0]?.comment.id ?? '')?.article.focus();
      };
      return view.more;
    }
    const missing = up === null ? missingReplies(state, comment.id) : 0;
    if (missing === 0) return null;
    setText(view.more, messages.text(branches.length > 0 ? 'list.more_replies' : 'list.replies', { count: missing }));
    view.more.onclick = () => this.act('replies', comment.id);
    return view.more;
  }

  /**
   * @param {Comment} comment
   * @param {Branch | null} up
   * @returns {Facts}
   */
  #facts(comment, up) {
    const { policy, thread, own, votes, linked, comments, lifted } = /** @type {ThreadState} */ (this.#state);
    const mine = own.has(comment.id);
    const open = thread.state === 'open' && policy.guests;
    const published = comment.status === 'published';
    const changeable = mine && this.context.now() < Date.parse(comment.created_at) + policy.edit_window_seconds * 1_000;
    const answered = up !== null && up.comment.id !== comment.parent_id && comments.get(comment.parent_id ?? '');
    return {
      comment,
      own: mine,
      vote: votes.get(comment.id) ?? 0,
      voting: published && !mine && !this.readonly ? policy.voting : 'none',
      counted: policy.voting,
      answerable: open && published && !this.readonly,
      editable: changeable && thread.state === 'open' && !this.readonly,
      removable: changeable && !this.readonly,
      reportable: published && !this.readonly,
      linked: linked === comment.id,
      pinned: this.#state?.pinned?.id === comment.id && lifted.includes(comment.id),
      answers: (answered && answered.author?.name) || null,
    };
  }

  /**
   * A pinned reply is shown above the list too, by itself. A pinned root stands first in the list.
   *
   * @param {ThreadState} state
   */
  #showPinned({ pinned, comments }) {
    const isReply = pinned !== null && pinned.parent_id !== null;
    if (!isReply) this.#pinned = null;
    else {
      if (this.#pinned?.id !== pinned.id) {
        this.#pinned = new CommentView(pinned.id, this.context, this.act, 'p');
      }
      const quiet = { answerable: false, editable: false, removable: false, reportable: false, voting: NONE };
      const comment = comments.get(pinned.id) ?? pinned;
      const facts = this.#facts(comment, null);
      this.#pinned.update({ ...facts, ...quiet, linked: false, pinned: true });
    }
    arrange(this.pinned, [this.#pinned && this.#pinned.element]);
    set(this.pinned, 'hidden', this.#pinned === null);
  }
}

/**
 * How many comments there are in these branches.
 *
 * @param {Branch[]} branches
 * @returns {number}
 */
function size(branches) {
  return branches.reduce((sum, branch) => sum + 1 + size(branch.branches), 0);
}
