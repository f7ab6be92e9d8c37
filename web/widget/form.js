// The form for a new comment, an answer or a change. It never cuts a text, and keeps it through every failure.

/** @import { Context, Draft, Policy, Problem, Settings } from './types' */

import { countCharacters } from './characters.js';
import { Counter } from './counter.js';
import { problemOf } from './api.js';
import { button, h, set, setText } from './dom.js';
import { fieldOf, secondsToWait, sentence, waiting } from './problems.js';

const DRAFT_MILLISECONDS = 300;
const SECOND = 1_000;
let forms = 0;

/**
 * @typedef {object} FormOptions
 * @property {'root' | 'reply' | 'edit'} kind
 * @property {string} [name] whom an answer is for
 * @property {Policy} policy
 * @property {{ name: string, email: string }} writer
 * @property {Draft} draft
 * @property {(draft: Draft, by: { name?: string, email?: string }) => void} keep keeps the text, and who writes it
 * @property {(input: Input) => Promise<void>} send resolves when it was answered; throws a Refusal
 * @property {() => void} [cancel]
 */

/** @typedef {{ name: string, email: string, body: string }} Input */
/** @typedef {{ element: HTMLElement, input: HTMLInputElement | HTMLTextAreaElement, error: HTMLElement }} Field */

export class Form {
  #busy = false;
  #wait = 0;
  #timer = 0;
  #draftTimer = 0;

  /**
   * @param {FormOptions} options
   * @param {Context} context
   * @param {Settings} settings
   */
  constructor(options, context, settings) {
    this.options = options;
    this.context = context;
    this.settings = settings;
    this.prefix = `f${(forms += 1)}`;
    /** @type {Partial<Record<string, Field>>} */
    this.fields = options.kind === 'edit' ? {} : this.#writerFields();
    this.body = this.#bodyField();
    this.fields.body = this.body;
    this.counterText = h('span', { class: 'counter', part: 'counter', 'aria-hidden': 'true' });
    this.counter = new Counter(this.counterText, options.policy.max_characters, context);
    this.submit = h('button', { type: 'submit', class: 'primary', part: 'button button-primary' }, this.#label('send'));
    this.notice = h('p', { class: 'notice', part: 'notice', hidden: true });
    this.element = this.#element();
    context.signal.addEventListener('abort', () => this.#stop(), { once: true });
    // What was typed just before the page is left is kept too.
    window.addEventListener('pagehide', () => this.#keepNow(), { signal: context.signal });
    this.#count();
    if (options.draft.pending) this.say(context.messages.text('notice.unanswered'));
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

  /** Ends what runs, and keeps the text. */
  close() {
    this.#stop();
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

  /** Forgets the text, which is posted now. */
  clear() {
    this.hold({ text: '' });
    this.text = '';
    this.#stop();
  }

  /**
   * Shows a sentence below the fields.
   *
   * @param {string | null} text
   */
  say(text) {
    setText(this.notice, text ?? '');
    this.notice.hidden = text === null;
  }

  #element() {
    const { messages } = this.context;
    const { name = '', email = '' } = this.options.kind === 'edit' ? {} : this.options.writer;
    if (this.fields.name) this.fields.name.input.value = name;
    if (this.fields.email) this.fields.email.input.value = email;
    this.body.input.value = this.options.draft.text;
    const who = h('div', { class: 'who' }, this.fields.name?.element, this.fields.email?.element);
    const cancel = this.options.cancel && button('button', messages.text('form.cancel'), this.options.cancel);
    const bar = h('div', { class: 'bar' }, this.counterText, cancel, this.submit);
    const isRoot = this.options.kind === 'root';
    return h('form', {
      class: isRoot ? 'form' : `form ${this.options.kind}`,
      part: 'form',
      novalidate: true,
      'aria-label': isRoot && messages.text('form.heading'),
      on: { submit: this.#submit, input: () => this.#typed(), keydown: this.#keydown },
    }, this.options.kind !== 'edit' && who, this.body.element, bar, this.notice);
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
    return {
      name: this.#field('name', messages.text('form.name'), name),
      ...(this.settings.email && { email: this.#field('email', messages.text('form.email'), email) }),
    };
  }

  #bodyField() {
    const { policy, kind } = this.options;
    const { messages } = this.context;
    const { max_characters: max, min_characters: min } = policy;
    const textarea = h('textarea', { rows: kind === 'root' ? 4 : 3, required: true, dir: 'auto' });
    const hint = h('p', { class: 'hint', id: `${this.prefix}-hint` }, [
      messages.text('form.limit', { count: max }),
      min > 1 && messages.text('form.minimum', { count: min }),
      policy.text_format === 'markdown' && messages.text('form.markdown'),
      policy.moderation === 'pre' && messages.text('form.moderated'),
    ].filter(Boolean).join(' '));
    set(hint, 'class', policy.moderation === 'pre' || policy.text_format === 'markdown' ? 'hint' : 'hidden');
    const field = this.#field('body', this.#label('body'), textarea, hint.id);
    field.element.append(hint);
    return field;
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {HTMLInputElement | HTMLTextAreaElement} input
   * @param {string} [hint] the id of what describes it
   * @returns {Field}
   */
  #field(name, label, input, hint) {
    const id = `${this.prefix}-${name}`;
    const error = h('p', { class: 'error', id: `${id}-error`, hidden: true });
    set(input, 'id', id);
    set(input, 'name', name);
    set(input, 'part', input.localName);
    set(input, 'aria-describedby', [hint, error.id].filter(Boolean).join(' '));
    const caption = h('label', { for: id, part: 'label' }, label);
    const element = h('div', { class: 'field', part: 'field' }, caption, input, error);
    return { element, input, error };
  }

  #typed() {
    this.#count();
    for (const field of Object.values(this.fields)) if (field) this.#mark(field, null);
    clearTimeout(this.#draftTimer);
    this.#draftTimer = window.setTimeout(() => this.#keep(), DRAFT_MILLISECONDS);
  }

  #count() {
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
    clearInterval(this.#timer);
    clearTimeout(this.#draftTimer);
    if (this.text !== this.options.draft.text) this.#keep();
  }

  /** @param {KeyboardEvent} event */
  #keydown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#submit(event);
  };

  /** @param {Event} event */
  #submit = async (event) => {
    event.preventDefault();
    if (this.#busy || this.#wait > 0) return;
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
    const text = sentence(problem, this.context, this.settings);
    const field = this.fields[fieldOf(problem) ?? ''];
    if (field) {
      this.#mark(field, text);
      field.input.focus();
    } else {
      this.say(text);
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
   * Counts the seconds down until it can be tried again. Heard are only the beginning and the end.
   *
   * @param {string} text
   * @param {number} seconds
   */
  #countDown(text, seconds) {
    const end = Date.now() + seconds * SECOND;
    const step = () => {
      this.#wait = Math.max(0, Math.ceil((end - Date.now()) / SECOND));
      const words = waiting(this.#wait, this.context);
      this.say(this.#wait > 0 ? `${text} ${words}` : words);
      set(this.submit, 'aria-disabled', this.#wait > 0 && 'true');
      if (this.#wait > 0) return;
      clearInterval(this.#timer);
      this.context.announce(words);
    };
    clearInterval(this.#timer);
    this.#timer = window.setInterval(step, SECOND);
    step();
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.body.input.readOnly = busy;
    set(this.submit, 'aria-disabled', busy && 'true');
    setText(this.submit, busy ? this.context.messages.text('form.sending') : this.#label('send'));
  }
}
