// <rejoinder-comments>: reads its attributes, and shows the thread that they name for as long as it is in the page.

/** @import { Settings, Sort } from './types' */

import { problemOf } from './api.js';
import { linkedId } from './place.js';
import { languageOf, ServiceElement, serviceOf, siteOf } from './element.js';
import { dress, followLight } from './style.js';
import { ThreadView } from './thread.js';
import { h } from './dom.js';
import css from './style.css';

const NEAR = '600px';
const SORTS = ['newest', 'oldest', 'top'];

export class CommentsElement extends ServiceElement {
  static observedAttributes = [
    'src', 'site', 'thread', 'thread-url', 'thread-title', 'sort', 'page-size', 'replies', 'lang', 'theme', 'loading',
    'heading-level', 'email', 'readonly', 'refresh',
  ];

  /** @type {ThreadView | null} */
  #view = null;
  /** @type {IntersectionObserver | null} */
  #observer = null;
  #near = false;
  #planned = false;
  #settings = '';
  #styles = [css];
  #live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  #section = h('section', { class: 'root', part: 'root', 'aria-labelledby': 'heading' }, h('slot'), this.#live);
  #shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });

  connectedCallback() {
    // Another document takes them away.
    if (this.#shadow.adoptedStyleSheets.length === 0) dress(this.#shadow, this.#styles);
    // What a server has put here stays until there is something newer.
    if (!this.#shadow.querySelector('.root')) this.#shadow.replaceChildren(this.#section);
    this.#plan();
  }

  disconnectedCallback() {
    this.#plan();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#plan();
  }

  /** Reads the comments anew. */
  async refresh() {
    await this.#current()?.refresh();
  }

  /**
   * Puts the focus into the form for a new comment.
   *
   * @param {string} [text] for the form, in place of what stands there
   */
  async focusForm(text) {
    const form = (await this.#begin()?.writing.promise)?.form;
    if (form && text !== undefined) form.text = text;
    form?.focus();
  }

  /**
   * Shows a comment wherever it is, and gives it the focus.
   *
   * @param {string} id
   * @returns {Promise<boolean>} whether there is such a comment
   */
  async showComment(id) {
    return (await this.#begin()?.showComment(id)) ?? false;
  }

  /** Follows what happened to the element; several things at once, such as a move, count as one. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => this.#current());
  }

  /** What is shown, after all that has happened. */
  #current() {
    if (this.#planned) {
      this.#planned = false;
      if (this.isConnected) this.#configure();
      else this.#end();
    }
    return this.#view;
  }

  #configure() {
    try {
      const [settings, text] = read(this);
      if (text === this.#settings) return;
      this.#end();
      // Of another thread nothing stays, in which somebody could write.
      this.#section.replaceChildren(h('slot'), this.#live);
      this.#settings = text;
      this.#view = new ThreadView(settings, {
        section: this.#section,
        live: this.#live,
        emit: (name, detail) => this.emit(name, detail),
        mount: () => this.#mount(),
        addStyle: (text) => this.#addStyle(text),
        isNear: () => this.#near,
      });
      this.#wait(settings, this.#view.signal);
    } catch (error) {
      this.#end();
      this.#section.replaceChildren(h('slot'), this.#live);
      this.emit('error', { problem: problemOf(error) });
    }
  }

  #end() {
    this.#view?.end();
    this.#view = null;
    this.#settings = '';
    this.#observer?.disconnect();
    this.#observer = null;
  }

  /**
   * Begins when a reader comes near, or at once.
   *
   * @param {Settings} settings
   * @param {AbortSignal} signal
   */
  #wait(settings, signal) {
    followLight(this, this.#section, signal);
    this.#observer = new IntersectionObserver((entries) => {
      this.#near = entries.at(-1)?.isIntersecting ?? false;
      if (this.#near) this.#begin();
    }, { rootMargin: NEAR });
    this.#observer.observe(this);
    window.addEventListener('hashchange', () => linkedId() !== null && this.#begin()?.follow(), { signal });
    if (settings.eager || linkedId() !== null) this.#begin();
  }

  #begin() {
    const view = this.#current();
    view?.start();
    return view;
  }

  /** Puts the section into the page, with what was typed into the form that stood there before it. */
  #mount() {
    if (this.#section.isConnected) return;
    const before = this.#shadow.querySelector('form.form');
    const after = this.#section.querySelector('form.form');
    const focus = this.#shadow.activeElement;
    this.#shadow.replaceChildren(this.#section);
    if (before instanceof HTMLFormElement && after instanceof HTMLFormElement) carryOver(before, after, focus);
  }

  /** @param {string} text */
  #addStyle(text) {
    this.#styles = [css, text];
    dress(this.#shadow, this.#styles);
  }
}

/**
 * @param {HTMLFormElement} before
 * @param {HTMLFormElement} after
 * @param {Element | null} focus
 */
function carryOver(before, after, focus) {
  for (const name of ['name', 'email', 'body']) {
    const [from, to] = [before, after].map((form) => form.querySelector(`[name="${name}"]`));
    if (!isInput(from) || !isInput(to)) continue;
    if (from.value !== '') to.value = from.value;
    if (from !== focus) continue;
    to.focus({ preventScroll: true });
    if (name === 'body') to.setSelectionRange(from.selectionStart, from.selectionEnd);
  }
  after.dispatchEvent(new Event('input'));
}

/**
 * @param {Element | null | undefined} element
 * @returns {element is HTMLInputElement | HTMLTextAreaElement}
 */
const isInput = (element) => element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;

/**
 * What the attributes say, and what goes without saying; and a text that is another one when the thread is to be shown
 * anew. What the page says of itself is asked for when it is sent.
 *
 * @param {ServiceElement} element
 * @returns {[Settings, string]}
 */
function read(element) {
  const text = (/** @type {string} */ name) => element.getAttribute(name) || null;
  /** @type {(name: string, usual: number, min: number, max: number) => number} */
  const number = (name, usual, min, max) => {
    const value = Number.parseInt(/** @type {string} */ (text(name)), 10);
    return Number.isNaN(value) ? usual : Math.min(max, Math.max(min, value));
  };
  const page = () => {
    const canonical = document.querySelector('link[rel~=canonical]')?.getAttribute('href');
    return resolve(canonical ?? '') ?? new URL(location.href);
  };
  const sort = text('sort') ?? '';
  const settings = {
    src: serviceOf(element),
    site: siteOf(element),
    thread: (text('thread') ?? page().pathname).normalize(),
    sort: /** @type {Sort} */ (SORTS.includes(sort) ? sort : 'newest'),
    pageSize: number('page-size', 20, 1, 100),
    replies: number('replies', 3, 0, 20),
    language: languageOf(element),
    eager: text('loading') === 'eager',
    headingLevel: number('heading-level', 2, 2, 6),
    email: element.hasAttribute('email'),
    readonly: element.hasAttribute('readonly'),
    refresh: number('refresh', 60, 0, 86_400),
  };
  // Empty ones say that nothing is known of the article, though the page has an address and a title. The element of the
  // title is asked, for in some pages something else is `document.title`.
  const own = {
    get url() {
      return webAddress(element.getAttribute('thread-url') ?? page().href.replace(/#.*/s, ''));
    },
    get title() {
      const title = element.getAttribute('thread-title') ?? document.querySelector('title')?.textContent ?? '';
      return title.replace(/\s+/g, ' ').trim().slice(0, 300).toWellFormed();
    },
  };
  return [/** @type {any} */ (Object.defineProperties(own, Object.getOwnPropertyDescriptors(settings))), JSON.stringify(settings)];
}

/**
 * @param {string} address
 * @returns {URL | null} null if it is empty or none
 */
function resolve(address) {
  return address !== '' && URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI) : null;
}

/**
 * The address as the service takes it, and null if it doesn't.
 *
 * @param {string} address
 */
function webAddress(address) {
  const url = resolve(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  return url.href.length <= 2_048 ? url.href : null;
}
