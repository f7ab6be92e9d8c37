// What people do in a thread: post, answer, change, delete, vote and report. A bundle of its own, which comes while the
// comments are being read, and not at all where there is nothing but reading: `import('./writing.js')` of thread.js
// is all that holds the two together, so both may have a copy of what both need.

/** @import { Act, Comment, Context, Problem, ThreadState, Written } from './types' */
/** @import { Input } from './form.js' */
/** @import { ThreadView } from './thread.js' */

import { problemOf, Refusal } from './api.js';
import { arrange, focused, h, set, setText } from './dom.js';
import css from './form.css';
import { DraftStore, kept, writer } from './drafts.js';
import { Form, mayFocus } from './form.js';
import { Opened } from './opened.js';
import { isUnsure, pendingOf, requestOf } from './pending.js';
import { scrollTo } from './place.js';
import { secondsToWait, sentence } from './problems.js';
import { reportForm } from './report.js';
import { withEdited, withPosted, withVote, withoutComment } from './store.js';
import { Countdown } from './wait.js';
import { Writes } from './writes.js';

/** After these it isn't known whether the comment was posted. */
const UNDECIDED = new Set(['offline', 'unreachable', 'unsent', 'idempotency_in_progress', 'busy', 'internal', 'other']);

export class Writing {
  /** What stands above the comments: the form, or why there is none. */
  #root = h('div', { class: 'compose' });
  #key = '';
  /** @type {string | null} why nothing can be written, if so */
  #closed = null;
  /** @type {Form | null} */
  #form = null;
  /** What there are drafts of that weren't opened yet. */
  #kept;
  #opened;
  /** @type {Map<string, Form>} */
  #replies = new Map();
  #busy = new Set();
  #reported = new Set();

  /**
   * @param {ThreadView} view
   * @param {Context} context
   */
  constructor(view, context) {
    this.view = view;
    this.context = context;
    this.writes = new Writes(view.api, view.settings.site);
    this.#opened = new Opened(view);
    this.#kept = kept(view.settings);
    view.place.addStyle(css);
  }

  /**
   * @param {Act} act
   * @param {string} id of a comment
   */
  act(act, id) {
    const comment = this.#state.comments.get(id);
    if (act === 'reply') return comment && this.#openReply(comment).focus();
    if (act === 'edit') return comment && this.#openEdit(comment).focus();
    if (act === 'report') return this.#report(id);
    return this.#run(id, () => (act === 'delete' ? this.#remove(id) : this.#vote(id, act === 'up' ? 1 : -1)));
  }

  /** The form for new comments. */
  get form() {
    return this.#closed === null ? this.#form : null;
  }

  /**
   * What stands above the comments: the form, or why there is none. Below the comments, it puts back what is open.
   *
   * @param {ThreadState} state
   * @returns {HTMLElement}
   */
  formFor(state) {
    this.#restore(state);
    const { thread, policy } = state;
    const closed = thread.state === 'closed' ? 'notice.closed' : policy.guests ? null : 'notice.no_guests';
    const key = JSON.stringify([closed, policy]);
    // While something is being sent, its form stays what it was.
    if (this.#key !== key && !this.#form?.busy) {
      this.#key = key;
      this.#closed = closed;
      this.#compose(policy.guidelines);
    }
    return this.#root;
  }

  /** @param {string | null} guidelines */
  #compose(guidelines) {
    const { messages } = this.context;
    const closed = this.#closed;
    const hadFocus = this.#form?.element.contains(focused(this.#root));
    this.#form?.close();
    this.#form = this.#newForm('root', null);
    this.#form.lock(closed !== null);
    // What was written before the thread was closed can be copied.
    if (closed !== null && this.#form.text === '') {
      this.#form.close();
      this.#form = null;
    }
    const text = closed === 'notice.closed' && this.#form ? 'error.thread_closed' : closed;
    arrange(this.#root, [
      text !== null && h('p', { class: 'notice', part: 'notice' }, messages.text(text)),
      closed === null && guidelines !== null && h('details', { class: 'guidelines' },
        h('summary', null, messages.text('form.guidelines')), h('p', { dir: 'auto' }, guidelines)),
      this.#form && this.#form.element,
    ]);
    if (hadFocus) this.#form?.focus();
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
  #newForm(kind, parent) {
    const drafts = new DraftStore(this.#settings, parent?.id);
    /** @type {Form} */
    const form = new Form({
      kind,
      name: parent?.author?.name ?? '',
      policy: this.#state.policy,
      writer: writer.get(),
      draft: drafts.get(),
      keep: (draft, by) => {
        drafts.set(draft);
        writer.set({ ...writer.get(), ...by });
      },
      send: (input) => this.#post(form, parent, input, drafts),
      preview: this.#preview,
      ...(parent && { cancel: () => this.#putAway(parent.id, drafts) }),
    }, this.context, this.#settings);
    return form;
  }

  /**
   * Puts what is open where comments are that were away, and opens what there are drafts of.
   *
   * @param {ThreadState} state
   */
  #restore({ comments, own }) {
    for (const name of this.#kept) {
      const id = name.replace('edit:', '');
      const isEdit = name !== id;
      const comment = comments.get(id);
      if (!comment || (isEdit && !own.has(id))) continue;
      this.#kept.delete(name);
      const drafts = new DraftStore(this.#settings, name);
      if (isEdit && this.#msLeft(comment) < 0) drafts.set(null);
      else if (isEdit) this.#openEdit(comment);
      else if (comment.status === 'published' && !drafts.get().closed) this.#openReply(comment);
    }
    this.#opened.restore();
    for (const id of this.#reported) this.#markReported(id);
  }

  /**
   * How long a comment can still be changed, in milliseconds.
   *
   * @param {Comment} comment
   */
  #msLeft({ created_at }) {
    return Date.parse(created_at) + this.#state.policy.edit_window_seconds * 1_000 - this.context.now();
  }

  /** @param {Comment} comment */
  #openReply(comment) {
    const { id } = comment;
    const form = this.#replies.get(id) ?? this.#newForm('reply', comment);
    this.#replies.set(id, form);
    this.#opened.put('reply', id, form.element);
    return form;
  }

  #preview = async (/** @type {Form} */ form) => {
    try {
      (await this.view.load('preview')).toggle(form, this);
    } catch (error) {
      form.fail(problemOf(error));
    }
  };

  /** @param {string} id */
  #closeReply(id) {
    this.#replies.get(id)?.close();
    this.#replies.delete(id);
    this.#opened.put('reply', id, null);
  }

  /**
   * Closes the form of a reply. What was written is there again when it is opened again, but not by itself.
   *
   * @param {string} id
   * @param {DraftStore} drafts
   */
  #putAway(id, drafts) {
    this.#closeReply(id);
    drafts.set({ ...drafts.get(), closed: true });
    this.#viewOf(id)?.button('reply').focus();
  }

  /** @param {string} id */
  #viewOf(id) {
    return this.view.list?.views.get(id);
  }

  /**
   * Posts what stands in a form. The request and its key are kept until there is an answer, and as long as the writer
   * changes nothing, the same is sent again.
   *
   * @param {Form} form
   * @param {Comment | null} parent
   * @param {Input} input
   * @param {DraftStore} drafts
   */
  async #post(form, parent, input, drafts) {
    await this.writes.settled();
    const before = drafts.get().pending;
    const request = requestOf(this.#settings, parent, input);
    const pending = pendingOf(before, request, this.view.api.token.get());
    const neverLeft = navigator.onLine === false && pending !== before;
    form.hold({ text: input.body, pending });
    try {
      this.#posted(form, parent, input, await this.writes.post(pending));
    } catch (error) {
      const problem = this.view.failed(error);
      const code = problem?.code ?? 'other';
      if (!UNDECIDED.has(code) || (code === 'offline' && neverLeft)) form.hold({ text: form.text });
      throw code === 'unsent' && isUnsure(pending) ? new Refusal({ ...problem, code: 'unsure' }) : error;
    }
  }

  /**
   * @param {Form} form
   * @param {Comment | null} parent
   * @param {Input} input
   * @param {Written & { guest_token?: string }} written
   */
  #posted(form, parent, { body }, written) {
    const { view, context } = this;
    const { comment, guest_token: token } = written;
    const go = mayFocus(form.element);
    if (form.clear(body) && parent) this.#closeReply(parent.id);
    const name = this.#form?.fields.name?.input;
    if (name && name.value === '') name.value = writer.get().name;
    const state = withPosted(this.#state, written);
    // With a token that isn't kept, it can't be changed.
    const own = token && token !== view.api.token.get() ? this.#state.own : state.own;
    view.set({ ...state, own });
    view.list?.reveal(comment.id);
    view.set(this.#state);
    if (go) scrollTo(this.#viewOf(comment.id)?.article);
    context.announce(context.messages.text(comment.status === 'pending' ? 'notice.waiting' : 'notice.posted'));
    view.place.emit('posted', { comment });
  }

  /** @param {Comment} comment */
  #openEdit(comment) {
    const { view, context } = this;
    const { id } = comment;
    const before = comment.body ?? '';
    const drafts = new DraftStore(this.#settings, `edit:${id}`);
    const close = () => {
      form.close();
      drafts.set(null);
      this.#opened.put('edit', id, null);
    };
    /** @type {Form} */
    const form = new Form({
      kind: 'edit',
      policy: this.#state.policy,
      writer: writer.get(),
      draft: { text: drafts.get().text || before },
      before,
      until: context.times.until(context.now() + this.#msLeft(comment), context.now()),
      keep: (draft) => drafts.set(draft.text === before ? null : draft),
      send: async ({ body }) => {
        const written = await this.#orFail(this.writes.edit(id, body));
        close();
        view.set(withEdited(this.#state, written));
        const waits = written.comment.status === 'pending';
        context.announce(context.messages.text(waits ? 'notice.saved_waiting' : 'notice.saved'));
      },
      cancel: close,
      preview: this.#preview,
    }, context, this.#settings);
    this.#opened.put('edit', id, form.element);
    return form;
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
    if (this.#reported.has(id)) return;
    const close = () => this.#opened.put('report', id, null);
    const send = async (/** @type {{ reason: string, detail?: string }} */ report) => {
      await this.#orFail(this.writes.report(id, report));
      close();
      this.#reported.add(id);
      this.#markReported(id);
      this.#viewOf(id)?.say(context.messages.text('report.sent'));
    };
    const cancel = () => {
      close();
      this.#viewOf(id)?.button('report').focus();
    };
    const form = reportForm({ send, cancel }, context, this.#settings);
    this.#opened.put('report', id, form);
    form.querySelector('input')?.focus();
  }

  /**
   * Once is enough.
   *
   * @param {string} id
   */
  #markReported(id) {
    const button = this.#viewOf(id)?.button('report');
    if (!button) return;
    button.disabled = true;
    set(button, 'aria-label', null);
    setText(button, this.context.messages.text('comment.reported'));
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
      if (problem) this.#complain(id, problem);
    } finally {
      this.#busy.delete(id);
    }
  }

  /**
   * @param {string} id
   * @param {Problem} problem
   */
  #complain(id, problem) {
    const text = sentence(problem, this.context, this.#settings);
    const notice = this.#viewOf(id)?.say(text);
    if (!notice) return;
    notice.classList.add('failed');
    const seconds = secondsToWait(problem);
    if (seconds <= 0) return;
    new Countdown(this.context).start(text, seconds, (words) => {
      setText(notice, words);
      return notice.isConnected;
    });
  }
}
