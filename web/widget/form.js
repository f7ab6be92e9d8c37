// The form for a new comment, an answer or a change. It never cuts a text, and keeps it through every failure.

/** @import { Context, Draft, Policy, Problem, Settings } from './types' */

import { countCharacters } from './characters.js';
import { Counter } from './counter.js';
import { problemOf } from './api.js';
import { button, focused, h, set, setText } from './dom.js';
import { mark } from './marks.js';
import { isUnsure } from './pending.js';
import { fieldOf, secondsToWait, sentence } from './problems.js';
import { Countdown } from './wait.js';

const DRAFT_MILLISECONDS = 300;
/** After these it is worth saying that the text is still there. */
const KEPT = new Set(['offline', 'unreachable']);
let forms = 0;

/**
 * @typedef {object} FormOptions
 * @property {'root' | 'reply' | 'edit'} kind
 * @property {string} [name] whom an answer is for
 * @property {Policy} policy
 * @property {{ name: string, email: string }} writer
 * @property {Draft} draft
 * @property {string} [before] the text that is to be changed
 * @property {string} [until] when its time to be changed is over
 * @property {(draft: Draft, by: { name?: string, email?: string }) => void} keep keeps the text, and who writes it
 * @property {(input: Input) => Promise<void>} send resolves when it was answered; throws a Refusal
 * @property {() => void} [cancel]
 * @property {(form: Form) => void} preview shows the text as readers would see it, or takes that away
 */

/** @typedef {{ name: string, email: string, body: string }} Input */
/** @typedef {{ element: HTMLElement, input: HTMLInputElement | HTMLTextAreaElement, error: HTMLElement }} Field */

/**
 * Whether a form may take the focus: it has it already, or nothing has.
 *
 * @param {HTMLElement} form
 */
export function mayFocus(form) {
  const active = focused(form) ?? document.activeElement;
  return active === null || active === document.body || form.contains(active);
}

export class Form {
  #busy = false;
  #locked = false;
  #draftTimer = 0;
  #ended = new AbortController();
  /** @type {HTMLElement | null} the text as readers would see it */
  shown = null;

  /**
   * @param {FormOptions} options
   * @param {Context} context
   * @param {Settings} settings
   */
  constructor(options, context, settings) {
    this.options = options;
    this.context = context;
    this.settings = settings;
    this.countdown = new Countdown(context);
    this.prefix = `f${(forms += 1)}`;
    /** @type {Partial<Record<string, Field>>} */
    this.fields = options.kind === 'edit' ? {} : this.#writerFields();
    this.body = this.#bodyField();
    this.fields.body = this.body;
    this.counterText = h('span', { class: 'counter', part: 'counter', 'aria-hidden': 'true' });
    this.counter = new Counter(this.counterText, options.policy.max_characters, context);
    this.submit = h('button', { type: 'submit', class: 'primary', part: 'button button-primary' }, this.#label('send'));
    this.notice = h('p', { class: 'notice', part: 'notice', hidden: true });
    this.cancel = options.cancel && button('button', context.messages.text('form.cancel'), this.#cancel);
    this.preview = options.policy.text_format === 'markdown' &&
      button('button', context.messages.text('form.preview'), () => options.preview(this), { 'aria-expanded': 'false' });
    this.who = h('div', { class: 'who' }, this.fields.name?.element, this.fields.email?.element);
    this.bar = h('div', { class: 'bar' }, this.counterText, this.preview, this.cancel, this.submit);
    this.element = this.#element();
    const { signal } = this.#ended;
    context.signal.addEventListener('abort', () => this.close(), { signal });
    // What was typed just before the page is left is kept too.
    window.addEventListener('pagehide', () => this.#keepNow(), { signal });
    this.#count();
    const { pending } = options.draft;
    if (pending) this.say(context.messages.text(isUnsure(pending) ? 'error.unsure' : 'notice.unanswered'), true);
  }

  /** Puts the focus into the text, behind what stands there. */
  focus() {
    const { input } = this.body;
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }

  get text() {
    return this.body.input.value;
  }

  set text(text) {
    this.body.input.value = text;
    this.#count();
  }

  /** Whether an answer is being waited for. */
  get busy() {
    return this.#busy;
  }

  /** Whether there is something in it that isn't anywhere else. */
  get isChanged() {
    return this.text !== (this.options.before ?? '');
  }

  /**
   * Leaves the text, but nothing to send it with, or gives that back.
   *
   * @param {boolean} locked
   */
  lock(locked) {
    this.#locked = locked;
    this.who.hidden = locked;
    this.bar.hidden = locked;
  }

  /**
   * Shows the text below the form as readers would see it, until it is changed.
   *
   * @param {HTMLElement | null} shown
   */
  show(shown) {
    this.shown?.remove();
    this.shown = shown;
    if (shown) this.element.append(shown);
    if (this.preview) set(this.preview, 'aria-expanded', `${shown !== null}`);
  }

  /** Ends what runs, and keeps the text. */
  close() {
    this.#stop();
    this.#ended.abort();
  }

  /**
   * Keeps a draft as it is now, with a post that has no answer yet or without.
   *
   * @param {Draft} draft
   */
  hold(draft) {
    this.options.draft = draft;
    const { name, email } = this.fields;
    this.options.keep(draft, {
      ...(name && { name: name.input.value.trim() }),
      ...(email && { email: email.input.value.trim() }),
    });
  }

  /**
   * Forgets a text that is posted now, unless there is another one by now.
   *
   * @param {string} posted
   * @returns {boolean} whether it was there still
   */
  clear(posted) {
    const isThere = this.text === posted;
    this.hold({ text: isThere ? '' : this.text });
    if (isThere) this.text = '';
    this.#stop();
    return isThere;
  }

  /**
   * Shows a sentence below the fields.
   *
   * @param {string | null} text
   * @param {boolean} [failed]
   */
  say(text, failed = false) {
    setText(this.notice, text ?? '');
    this.notice.hidden = text === null;
    this.notice.classList.toggle('failed', failed);
  }

  #element() {
    const { messages } = this.context;
    const { name = '', email = '' } = this.options.kind === 'edit' ? {} : this.options.writer;
    if (this.fields.name) this.fields.name.input.value = name;
    if (this.fields.email) this.fields.email.input.value = email;
    this.body.input.value = this.options.draft.text;
    const isRoot = this.options.kind === 'root';
    return h('form', {
      class: isRoot ? 'form' : `form ${this.options.kind}`,
      part: 'form',
      novalidate: true,
      'aria-label': isRoot && messages.text('form.heading'),
      on: { submit: this.#submit, input: () => this.#typed(), keydown: this.#keydown },
    }, this.options.kind !== 'edit' && this.who, this.body.element, this.bar, this.notice);
  }

  /** @param {'body' | 'send'} what */
  #label(what) {
    const { kind, name = '' } = this.options;
    const keys = {
      root: { body: 'form.body', send: 'form.send' },
      reply: { body: 'form.reply', send: 'form.send_reply' },
      edit: { body: 'form.edit', send: 'form.save' },
    };
    return this.context.messages.text(keys[kind][what], { name });
  }

  /** @returns {Partial<Record<string, Field>>} */
  #writerFields() {
    const { messages } = this.context;
    const name = h('input', { type: 'text', autocomplete: 'name', required: true, dir: 'auto' });
    const email = h('input', { type: 'email', autocomplete: 'email', dir: 'ltr' });
    const hint = h('p', { class: 'hint', id: `${this.prefix}-email-hint` }, messages.text('form.email_hint'));
    return {
      name: this.#field('name', messages.text('form.name'), name),
      ...(this.settings.email && { email: this.#field('email', messages.text('form.email'), email, hint) }),
    };
  }

  #bodyField() {
    const { policy, kind, until } = this.options;
    const { messages } = this.context;
    const { max_characters: max, min_characters: min } = policy;
    const textarea = h('textarea', { rows: kind === 'root' ? 4 : 3, required: true, dir: 'auto' });
    const said = until !== undefined || policy.moderation === 'pre' || policy.text_format === 'markdown';
    const hint = h('p', { class: said ? 'hint' : 'hidden', id: `${this.prefix}-hint` }, [
      until !== undefined && messages.text('form.until', { time: until }),
      messages.text('form.limit', { count: max }),
      min > 1 && messages.text('form.minimum', { count: min }),
      policy.text_format === 'markdown' && messages.text('form.markdown'),
      policy.moderation === 'pre' && messages.text('form.moderated'),
    ].filter(Boolean).join(' '));
    return this.#field('body', this.#label('body'), textarea, hint);
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLInputElement | HTMLTextAreaElement} input
   * @param {HTMLElement} [hint] what describes it
   * @returns {Field}
   */
  #field(name, label, input, hint) {
    const id = `${this.prefix}-${name}`;
    const error = h('p', { class: 'error', id: `${id}-error`, hidden: true });
    set(input, 'id', id);
    set(input, 'name', name);
    set(input, 'part', input.localName);
    set(input, 'aria-describedby', [hint?.id, error.id].filter(Boolean).join(' '));
    const caption = h('label', { for: id, part: 'label' }, label);
    const element = h('div', { class: 'field', part: 'field' }, caption, input, error, hint);
    return { element, input, error };
  }

  #typed() {
    this.#count();
    for (const field of Object.values(this.fields)) if (field) this.#mark(field, null);
    clearTimeout(this.#draftTimer);
    this.#draftTimer = window.setTimeout(() => this.#keep(), DRAFT_MILLISECONDS);
  }

  #count() {
    if (this.shown) this.show(null);
    this.counter.show(countCharacters(this.text));
  }

  #keep() {
    const { pending } = this.options.draft;
    this.hold({ text: this.text, ...(pending && { pending }) });
  }

  #keepNow() {
    if (this.text !== this.options.draft.text) this.#keep();
  }

  #stop() {
    this.countdown.stop();
    this.counter.stop();
    clearTimeout(this.#draftTimer);
    this.#keepNow();
  }

  /** Not while it is being sent: then it can't be taken back. */
  #cancel = () => {
    if (!this.#busy) this.options.cancel?.();
  };

  /** @param {KeyboardEvent} event */
  #keydown = (event) => {
    const { input } = this.body;
    if (event.target === input && this.options.policy.text_format === 'markdown') mark(event, input);
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#submit(event);
    if (event.key !== 'Escape' || event.isComposing || !this.cancel || this.isChanged) return;
    event.preventDefault();
    this.#cancel();
  };

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.#busy || this.#locked || this.countdown.left > 0) return;
    const problem = this.#check();
    if (problem) return this.fail(problem);
    this.#setBusy(true);
    this.say(null);
    const value = (/** @type {string} */ name) => this.fields[name]?.input.value.trim() ?? '';
    try {
      await this.options.send({ name: value('name'), email: value('email'), body: this.text });
    } catch (error) {
      if (this.context.signal.aborted) return;
      this.#setBusy(false);
      this.fail(problemOf(error));
      return;
    }
    this.#setBusy(false);
  };

  /** @returns {Problem | null} what the service would say too */
  #check() {
    const { max_characters: max, min_characters: min } = this.options.policy;
    const actual = countCharacters(this.text);
    const at = (/** @type {string} */ pointer, /** @type {string} */ code) =>
      ({ code, max, min, actual, errors: [{ pointer, code }] });
    const { name } = this.fields;
    if (name && countCharacters(name.input.value) === 0) return at('/author/name', 'name_blank');
    if (actual < min) return at('/body', actual === 0 ? 'body_blank' : 'body_too_short');
    return actual > max ? at('/body', 'body_too_long') : null;
  }

  /**
   * Says what is wrong: at the field that it is about, or below them all.
   *
   * @param {Problem} problem
   */
  fail(problem) {
    const kept = KEPT.has(problem.code) && this.context.messages.text('form.kept');
    const text = [sentence(problem, this.context, this.settings), kept].filter(Boolean).join(' ');
    const field = this.fields[fieldOf(problem) ?? ''];
    if (field) {
      this.#mark(field, text);
      if (mayFocus(this.element)) field.input.focus();
    } else {
      this.say(text, true);
      const seconds = secondsToWait(problem);
      if (seconds > 0) this.#countDown(text, seconds);
    }
    this.context.announce(field ? text : (this.notice.textContent ?? text));
  }

  /**
   * @param {Field} field
   * @param {string | null} text
   */
  #mark({ input, error }, text) {
    if (error.hidden && text === null) return;
    setText(error, text ?? '');
    error.hidden = text === null;
    set(input, 'aria-invalid', text !== null && 'true');
  }

  /**
   * @param {string} text
   * @param {number} seconds
   */
  #countDown(text, seconds) {
    this.countdown.start(text, seconds, (words, isOver) => {
      this.say(words, !isOver);
      set(this.submit, 'aria-disabled', !isOver && 'true');
    });
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.body.input.readOnly = busy;
    for (const one of [this.submit, this.cancel]) if (one) set(one, 'aria-disabled', busy && 'true');
    setText(this.submit, busy ? this.context.messages.text('form.sending') : this.#label('send'));
  }
}
