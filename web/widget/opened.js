// What is open below comments: forms, each in its place for as long as it is open, also when its comment was away.

/** @import { CommentView } from './comment.js' */
/** @import { ThreadView } from './thread.js' */

/** What can be open below a comment; the first of them is shown. */
const KINDS = /** @type {const} */ (['report', 'edit', 'reply']);

/** @typedef {typeof KINDS[number]} Kind */

export class Opened {
  /** @type {Record<Kind, Map<string, HTMLElement>>} by the ids of comments */
  #forms = { report: new Map(), edit: new Map(), reply: new Map() };
  /** @type {Map<string, CommentView>} where they stand */
  #places = new Map();

  /** @param {ThreadView} view */
  constructor(view) {
    this.view = view;
  }

  /**
   * @param {Kind} kind
   * @param {string} id of a comment
   * @param {HTMLElement | null} form null if it is closed
   */
  put(kind, id, form) {
    if (form) this.#forms[kind].set(id, form);
    else this.#forms[kind].delete(id);
    this.#show(id);
  }

  /** Puts what is open where comments are that were away. */
  restore() {
    for (const id of new Set(KINDS.flatMap((kind) => [...this.#forms[kind].keys()]))) {
      if (this.view.list?.views.get(id) !== this.#places.get(id)) this.#show(id);
    }
  }

  /** @param {string} id */
  #show(id) {
    const place = this.view.list?.views.get(id);
    if (!place || this.view.state?.comments.get(id)?.status === 'deleted') return;
    const kind = KINDS.find((one) => this.#forms[one].has(id));
    place.open((kind && this.#forms[kind].get(id)) ?? null, kind === 'edit');
    if (kind) this.#places.set(id, place);
    else this.#places.delete(id);
  }
}
