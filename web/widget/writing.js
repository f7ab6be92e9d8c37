// What people do in a thread: post, answer, change, delete, vote and report. A bundle of its own, which comes while the
// comments are being read, and not at all where there is nothing but reading: `import('./writing.js')` of thread.js
// is all that holds the two together, so both may have a copy of what both need.

/** @import { Act, Comment, Context, ThreadState, Written } from './types' */
/** @import { Input } from './form.js' */
/** @import { ThreadView } from './thread.js' */

import { h } from './dom.js';
import css from './form.css';
import { DraftStore, writer } from './drafts.js';
import { Form } from './form.js';
import { scrollTo } from './place.js';
import { sentences } from './problems.js';
import { reportForm } from './report.js';
import { withEdited, withPosted, withVote, withoutComment } from './store.js';
import { Writes } from './writes.js';

/** After these it isn't known whether the comment was posted. */
const UNDECIDED = new Set(['offline', 'unreachable', 'unsent', 'idempotency_in_progress', 'busy', 'internal', 'other']);

export class Writing {
  /** @type {{ form: Form | null, element: HTMLElement, key: string } | null} what stands above the comments */
  #root = null;
  /** @type {Map<string, Form>} */
  #replies = new Map();
  #busy = new Set();

  /**
   * @param {ThreadView} view
   * @param {Context} context
   */
  constructor(view, context) {
    this.view = view;
    this.context = context;
    this.writes = new Writes(view.api);
    view.place.addStyle(css);
  }

  /**
   * @param {Act} act
   * @param {string} id of a comment
   */
  act(act, id) {
    if (act === 'reply') return this.#reply(id);
    if (act === 'edit') return this.#edit(id);
    if (act === 'report') return this.#report(id);
    return this.#run(id, () => (act === 'delete' ? this.#remove(id) : this.#vote(id, act === 'up' ? 1 : -1)));
  }

  /** The form for new comments. */
  get form() {
    return this.#root?.form ?? null;
  }

  /**
   * What stands above the comments: the form, or why there is none.
   *
   * @param {ThreadState} state
   * @returns {HTMLElement}
   */
  formFor({ thread, policy }) {
    const closed = thread.state === 'closed' ? 'notice.closed' : policy.guests ? null : 'notice.no_guests';
    const key = JSON.stringify([closed, policy]);
    if (this.#root?.key === key) return this.#root.element;
    const text = this.#root?.form?.text;
    const form = closed ? null : this.#form('root', null);
    if (form && text) form.text = text;
    const element = form ? this.#withGuidelines(form.element, policy.guidelines) : this.#notice(closed ?? '');
    this.#root = { form, element, key };
    return element;
  }

  get #settings() {
    return this.view.settings;
  }

  get #state() {
    return /** @type {ThreadState} */ (this.view.state);
  }

  /**
   * @param {'root' | 'reply'} kind
   * @param {Comment | null} parent
   */
  #form(kind, parent) {
    const drafts = new DraftStore(this.#settings, parent?.id);
    return new Form({
      kind,
      name: parent?.author?.name ?? '',
      policy: this.#state.policy,
      writer: writer.get(),
      draft: drafts.get(),
      keep: (draft, by) => {
        drafts.set(draft);
        writer.set({ ...writer.get(), ...by });
      },
      send: (input) => this.#post(parent, input, drafts),
      ...(parent && { cancel: () => this.#closeReply(parent.id) }),
    }, this.context, this.#settings);
  }

  /** @param {string} id */
  #reply(id) {
    const comment = this.#state.comments.get(id);
    if (!comment) return;
    const form = this.#replies.get(id) ?? this.#form('reply', comment);
    this.#replies.set(id, form);
    this.#viewOf(id)?.open(form.element);
    form.focus();
  }

  /** @param {string} id */
  #closeReply(id) {
    this.#replies.get(id)?.close();
    this.#replies.delete(id);
    this.#viewOf(id)?.open(null);
    this.#viewOf(id)?.button('reply').focus();
  }

  /** @param {string} key */
  #notice(key) {
    return h('p', { class: 'notice', part: 'notice' }, this.context.messages.text(key));
  }

  /**
   * @param {HTMLElement} form
   * @param {string | null} guidelines
   */
  #withGuidelines(form, guidelines) {
    if (guidelines === null) return form;
    const summary = h('summary', null, this.context.messages.text('form.guidelines'));
    return h('div', { class: 'compose' },
      h('details', { class: 'guidelines' }, summary, h('p', { dir: 'auto' }, guidelines)), form);
  }

  /** @param {string} id */
  #viewOf(id) {
    return this.view.list?.views.get(id);
  }

  /**
   * Posts what stands in a form. The request and its key are kept until there is an answer, and as long as the writer
   * changes nothing, the same is sent again.
   *
   * @param {Comment | null} parent
   * @param {Input} input
   * @param {DraftStore} drafts
   */
  async #post(parent, input, drafts) {
    const kept = drafts.get().pending;
    const request = this.#request(parent, input);
    const again = kept !== undefined && samePost(kept.request, request);
    const pending = again ? kept : { key: newKey(), request, token: this.view.api.token.get() };
    const draft = { text: input.body, pending };
    this.#formOf(parent)?.hold(draft);
    try {
      this.#posted(parent, await this.writes.post(pending), !again);
    } catch (error) {
      const problem = this.view.failed(error);
      if (problem && !UNDECIDED.has(problem.code)) this.#formOf(parent)?.hold({ text: input.body });
      throw error;
    }
  }

  /** @param {Comment | null} parent */
  #formOf(parent) {
    return parent ? this.#replies.get(parent.id) : this.form;
  }

  /**
   * @param {Comment | null} parent
   * @param {Input} input
   */
  #request(parent, { name, email, body }) {
    const { thread, url, title } = this.#settings;
    return JSON.stringify({
      thread: { key: thread, ...(url && { url }), ...(title && { title }) },
      parent_id: parent?.id ?? null,
      author: { name, ...(email && { email }) },
      body: body.toWellFormed(),
    });
  }

  /**
   * @param {Comment | null} parent
   * @param {Written} written
   * @param {boolean} now whether it was posted just now, as far as is known
   */
  #posted(parent, written, now) {
    const { view, context } = this;
    const { comment } = written;
    if (now) view.skew = Date.now() - Date.parse(comment.created_at);
    const form = this.#formOf(parent);
    form?.clear();
    if (parent) {
      this.#replies.delete(parent.id);
      this.#viewOf(parent.id)?.open(null);
    }
    view.set(withPosted(this.#state, written));
    view.list?.reveal(comment.id);
    view.set(this.#state);
    scrollTo(this.#viewOf(comment.id)?.article);
    context.announce(context.messages.text(comment.status === 'pending' ? 'notice.waiting' : 'notice.posted'));
    view.place.emit('posted', { comment });
  }

  /** @param {string} id */
  #edit(id) {
    const { view, context } = this;
    const comment = this.#state.comments.get(id);
    if (!comment) return;
    const close = () => {
      form.close();
      this.#viewOf(id)?.open(null);
      this.#viewOf(id)?.article.focus({ preventScroll: true });
    };
    const form = new Form({
      kind: 'edit',
      policy: this.#state.policy,
      writer: writer.get(),
      draft: { text: comment.body ?? '' },
      keep: () => {},
      send: async ({ body }) => {
        const written = await this.#orFail(this.writes.edit(id, body));
        close();
        view.set(withEdited(this.#state, written));
        const waits = written.comment.status === 'pending';
        context.announce(context.messages.text(waits ? 'notice.saved_waiting' : 'notice.saved'));
      },
      cancel: close,
    }, context, this.#settings);
    this.#viewOf(id)?.open(form.element, true);
    form.focus();
  }

  /**
   * @template T
   * @param {Promise<T>} call
   * @returns {Promise<T>}
   */
  async #orFail(call) {
    try {
      return await call;
    } catch (error) {
      this.view.failed(error);
      throw error;
    }
  }

  /** @param {string} id */
  async #remove(id) {
    const { view, context } = this;
    await this.writes.remove(id);
    const articles = [...view.place.section.querySelectorAll('article')];
    const index = articles.findIndex((article) => article === this.#viewOf(id)?.article);
    view.set(withoutComment(this.#state, id));
    const next = articles.slice(Math.max(0, index)).find((article) => article.isConnected);
    (next ?? view.frame?.heading)?.focus({ preventScroll: next === undefined });
    context.announce(context.messages.text('notice.deleted'));
  }

  /**
   * @param {string} id
   * @param {1 | -1} value
   */
  async #vote(id, value) {
    const { view, context } = this;
    const cast = this.#state.votes.get(id) === value ? 0 : value;
    view.set(withVote(this.#state, id, await this.writes.vote(id, cast)));
    context.announce(context.messages.text(cast === 0 ? 'vote.taken_back' : 'vote.cast'));
  }

  /** @param {string} id */
  #report(id) {
    const { context } = this;
    const close = () => {
      this.#viewOf(id)?.open(null);
      this.#viewOf(id)?.button('report').focus();
    };
    const send = async (/** @type {{ reason: string, detail?: string }} */ report) => {
      await this.#orFail(this.writes.report(id, report));
      close();
      this.#viewOf(id)?.say(context.messages.text('report.sent'));
    };
    const form = reportForm({ send, cancel: close }, context, this.#settings);
    this.#viewOf(id)?.open(form);
    form.querySelector('input')?.focus();
  }

  /**
   * Does something with a comment, unless something is being done with it; what goes wrong is said at the comment.
   *
   * @param {string} id
   * @param {() => Promise<void>} act
   */
  async #run(id, act) {
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    this.#viewOf(id)?.say(null);
    try {
      await act();
    } catch (error) {
      const problem = this.view.failed(error);
      if (problem) this.#viewOf(id)?.say(sentences(problem, this.context, this.#settings));
    } finally {
      this.#busy.delete(id);
    }
  }
}

/**
 * Whether two requests post the same; what the page says about itself may differ after a reload.
 *
 * @param {string} one
 * @param {string} other
 */
function samePost(one, other) {
  const [a, b] = [one, other].map((text) => JSON.stringify({ ...JSON.parse(text), thread: null }));
  return a === b;
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
