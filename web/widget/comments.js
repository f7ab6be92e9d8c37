// <rejoinder-comments>: reads its attributes, and shows the thread that they name for as long as it is in the page.

/** @import { Settings, Sort } from './types' */

import { linkedId } from './place.js';
import { ServiceElement } from './element.js';
import { darkOn, styleSheet } from './style.js';
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
  #live = h('div', { class: 'live', role: 'status', 'aria-live': 'polite' });
  #section = h('section', { class: 'root', part: 'root', 'aria-labelledby': 'heading' }, this.#live);
  #shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });

  connectedCallback() {
    if (this.#shadow.adoptedStyleSheets.length === 0) this.#shadow.adoptedStyleSheets = [styleSheet(css)];
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
    await this.#view?.refresh();
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
    queueMicrotask(() => {
      this.#planned = false;
      if (this.isConnected) this.#configure();
      else this.#end();
    });
  }

  #configure() {
    this.#paint();
    const settings = read(this);
    const text = JSON.stringify(settings);
    if (text === this.#settings) return;
    this.#end();
    this.#settings = text;
    this.#view = new ThreadView(settings, {
      section: this.#section,
      live: this.#live,
      emit: (name, detail) => this.emit(name, detail),
      mount: () => this.#mount(),
      addStyle: (text) => this.#addStyle(text),
      isNear: () => this.#near,
    });
    this.#wait(settings);
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
   */
  #wait(settings) {
    this.#observer = new IntersectionObserver((entries) => {
      this.#near = entries.at(-1)?.isIntersecting ?? false;
      if (this.#near) this.#begin();
    }, { rootMargin: NEAR });
    this.#observer.observe(this);
    if (settings.eager || linkedId() !== null) this.#begin();
    const signal = this.#view?.signal;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#paint(), { signal });
  }

  #begin() {
    this.#view?.start();
    return this.#view;
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
    this.#shadow.adoptedStyleSheets = [styleSheet(css), styleSheet(text)];
  }

  /** Takes over whether the page is light or dark, where the page doesn't say so itself. */
  #paint() {
    const chosen = ['light', 'dark'].includes(this.getAttribute('theme') ?? '');
    this.#section.classList.toggle('dark', !chosen && darkOn(this));
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
 * What the attributes say, and what goes without saying.
 *
 * @param {ServiceElement} element
 * @returns {Settings}
 */
function read(element) {
  const text = (/** @type {string} */ name) => element.getAttribute(name) || null;
  /** @type {(name: string, usual: number, min: number, max: number) => number} */
  const number = (name, usual, min, max) => {
    const value = Number.parseInt(/** @type {string} */ (text(name)), 10);
    return Number.isNaN(value) ? usual : Math.min(max, Math.max(min, value));
  };
  const canonical = document.querySelector('link[rel~=canonical]')?.getAttribute('href');
  const page = resolve(canonical ?? '') ?? new URL(location.href);
  const sort = text('sort') ?? '';
  return {
    src: element.src,
    site: text('site') ?? 'default',
    thread: text('thread') ?? page.pathname,
    // Empty ones say that nothing is known of the article, though the page has an address and a title.
    url: webAddress(element.getAttribute('thread-url') ?? page.href.replace(/#.*/s, '')),
    title: (element.getAttribute('thread-title') ?? document.title).replace(/\s+/g, ' ').trim().slice(0, 300).toWellFormed(),
    sort: /** @type {Sort} */ (SORTS.includes(sort) ? sort : 'newest'),
    pageSize: number('page-size', 20, 1, 100),
    replies: number('replies', 3, 0, 20),
    language: element.language,
    eager: text('loading') === 'eager',
    headingLevel: number('heading-level', 2, 2, 6),
    email: element.hasAttribute('email'),
    readonly: element.hasAttribute('readonly'),
    refresh: number('refresh', 60, 0, 86_400),
  };
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
