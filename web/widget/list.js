// The comments of a thread in their places. It keeps the view of each, and moves and changes only what has to be.

/** @import { Act, Branch, Comment, Context, ThreadState } from './types' */
/** @import { Facts } from './comment.js' */

import { CommentView } from './comment.js';
import { arrange, h, list, set, setText } from './dom.js';
import { branchOf, missingReplies } from './store.js';

/** Replies to those this deep are folded until somebody wants to see them, unless there are few. */
const FOLD_DEPTH = 2;
const FOLD_AT_LEAST = 3;
/** What all comments are shown by. */
const SHARED = /** @type {const} */ (['own', 'votes', 'linked', 'pinned', 'policy', 'lifted']);
/** With more roots than this, the browser may put off those that aren't in view. */
const LONG = 50;
const NONE = /** @type {const} */ ('none');
/** Older comments don't say anything new every minute. */
const TICKING_MILLISECONDS = 3_600_000;

export class List {
  /** @type {Map<string, CommentView>} */
  views = new Map();
  /** @type {Map<string, Set<string>>} what is shown of each root */
  #shown = new Map();
  /** @type {Set<string>} */
  #unfolded = new Set();
  /** @type {Set<string>} what readers have closed, with all that is below it */
  #closed = new Set();
  /** @type {Map<string, HTMLElement>} what is said beside the buttons for more of a root */
  #notes = new Map();
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
    this.pinned = list({ class: 'list pinned', part: 'list' });
    this.element = list({ class: 'list', part: 'list' });
  }

  /**
   * Shows what is known; of a long thread, only what is changed is made anew.
   *
   * @param {ThreadState} state
   * @param {boolean} [all] whether time alone may have changed something
   */
  show(state, all = false) {
    const before = all ? null : this.#state;
    this.#state = state;
    const isShared = before?.thread.state === state.thread.state && SHARED.every((name) => before[name] === state[name]);
    const roots = new Map();
    const size = String(Math.max(state.thread.root_count, state.roots.length));
    let count = 0;
    for (const [index, id] of state.roots.entries()) {
      const shown = (isShared && isSame(before, state, id) && this.#shown.get(id)) || this.#draw(id);
      roots.set(id, shown);
      count += shown.size;
      this.views.get(id)?.stand(`${index + 1}`, size);
    }
    this.#shown = roots;
    arrange(this.element, state.roots.map((id) => this.views.get(id)?.element ?? null));
    this.element.classList.toggle('long', roots.size > LONG);
    if (count < this.views.size) {
      const kept = new Set([...roots.values()].flatMap((ids) => [...ids]));
      for (const id of this.views.keys()) if (!kept.has(id)) this.views.delete(id);
    }
    this.#showPinned(state);
  }

  /**
   * Shows a root with its replies, and gives the ids of what can be seen.
   *
   * @param {string} id
   */
  #draw(id) {
    /** @type {Set<string>} */
    const shown = new Set();
    this.#item(branchOf(/** @type {ThreadState} */ (this.#state), id), shown);
    return shown;
  }

  /**
   * Unfolds whatever hides a comment.
   *
   * @param {string} id
   */
  reveal(id) {
    let comment = this.#state?.comments.get(id);
    this.#shown.delete(comment?.root_id ?? '');
    while (comment?.parent_id) {
      comment = this.#state?.comments.get(comment.parent_id) ?? this.#state?.comments.get(comment.root_id);
      if (!comment) return;
      this.#unfolded.add(comment.id);
      this.#closed.delete(comment.id);
    }
  }

  /**
   * Hides what is below a comment, or shows it again.
   *
   * @param {string} id
   */
  fold(id) {
    if (!this.#closed.delete(id)) this.#closed.add(id);
    const state = /** @type {ThreadState} */ (this.#state);
    this.#shown.delete(state.comments.get(id)?.root_id ?? '');
    this.show(state);
  }

  /**
   * Says something beside the button for more of a root, or takes it back.
   *
   * @param {string} root
   * @param {string | null} text
   */
  say(root, text) {
    if (text === null && !this.#notes.delete(root)) return;
    if (text !== null) {
      this.#notes.set(root, h('p', { class: 'notice', part: 'notice' }, text));
      this.context.announce(text);
    }
    this.#shown.delete(root);
    if (this.#state) this.show(this.#state);
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
   * @param {Set<string>} shown
   */
  #item(branch, shown) {
    const { comment } = branch;
    const view = this.views.get(comment.id) ?? new CommentView(comment.id, this.context, this.act);
    this.views.set(comment.id, view);
    shown.add(comment.id);
    const deep = comment.depth >= FOLD_DEPTH && !this.#unfolded.has(comment.id);
    const replies = size(branch.branches);
    const folded = deep && replies >= FOLD_AT_LEAST;
    const missing = branch.up ? 0 : missingReplies(/** @type {ThreadState} */ (this.#state), comment.id);
    const hideable = folded || replies === 0 ? 0 : replies + missing;
    view.update(this.#facts(comment, branch.up, hideable));
    // What was shown once isn't folded because there is more of it.
    if (deep && !folded && branch.branches.length > 0) this.#unfolded.add(comment.id);
    const below = folded ? [] : branch.branches.map((child) => this.#item(child, shown));
    const more = this.#more(view, branch, folded, missing);
    arrange(view.element, [view.article, below.length > 0 && view.replies, this.#notes.get(comment.id) ?? null, more]);
    view.element.classList.toggle('closed', hideable > 0 && this.#closed.has(comment.id));
    if (below.length > 0) arrange(view.replies, below);
    return view.element;
  }

  /**
   * The button below a comment for what isn't shown.
   *
   * @param {CommentView} view
   * @param {Branch} branch
   * @param {boolean} folded
   * @param {number} missing how many replies are not here yet
   */
  #more(view, { comment, branches }, folded, missing) {
    const { messages } = this.context;
    if (folded) {
      setText(view.more, messages.text('list.replies', { count: size(branches) }));
      view.more.onclick = () => {
        this.#unfold(comment.id, branches);
        this.#shown.delete(comment.root_id);
        this.show(/** @type {ThreadState} */ (this.#state));
        this.views.get(branches[0]?.comment.id ?? '')?.article.focus();
      };
      return view.more;
    }
    if (missing === 0) return null;
    setText(view.more, messages.text(branches.length > 0 ? 'list.more_replies' : 'list.replies', { count: missing }));
    view.more.onclick = () => this.act('replies', comment.id);
    return view.more;
  }

  /**
   * @param {string} id
   * @param {Branch[]} branches all that is below it
   */
  #unfold(id, branches) {
    this.#unfolded.add(id);
    for (const branch of branches) this.#unfold(branch.comment.id, branch.branches);
  }

  /**
   * @param {Comment} comment
   * @param {Branch | null} up
   * @param {number} [below] how many replies to it can be hidden
   * @returns {Facts}
   */
  #facts(comment, up, below = 0) {
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
      copyable: published,
      below,
      closed: this.#closed.has(comment.id),
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
      const none = { answerable: false, editable: false, removable: false, reportable: false, copyable: false };
      const quiet = { ...none, voting: NONE };
      const comment = comments.get(pinned.id) ?? pinned;
      const facts = this.#facts(comment, null);
      this.#pinned.update({ ...facts, ...quiet, linked: false, pinned: true });
    }
    arrange(this.pinned, [this.#pinned && this.#pinned.element]);
    set(this.pinned, 'hidden', this.#pinned === null);
  }
}

/**
 * Whether nothing has changed of a root and its replies.
 *
 * @param {ThreadState} before
 * @param {ThreadState} state
 * @param {string} root
 */
function isSame(before, state, root) {
  const conversation = state.conversations.get(root);
  return before.conversations.get(root) === conversation &&
    [root, ...(conversation?.ids ?? [])].every((id) => before.comments.get(id) === state.comments.get(id));
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
