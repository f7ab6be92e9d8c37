// <rejoinder-ranking>: what is discussed most on a site, as a list of links. Where nothing is, it shows nothing.

/** @import { components } from '../types/api' */
/** @typedef {components['schemas']['Ranking']} Ranking */

import { Api, parameters, problemOf } from './api.js';
import { h, set } from './dom.js';
import { ServiceElement } from './element.js';
import { loadMessages } from './messages.js';
import { darkOn, styleSheet } from './style.js';
import css from './style.css';
import rankingCss from './ranking.css';

export class RankingElement extends ServiceElement {
  static observedAttributes = ['src', 'site', 'window', 'limit', 'lang', 'theme', 'heading-level'];

  /** Ends when there are other attributes, or the element is taken out. */
  #ended = new AbortController();
  #shadow = this.shadowRoot ?? this.attachShadow({ mode: 'open' });

  connectedCallback() {
    this.refresh();
  }

  disconnectedCallback() {
    this.#ended.abort();
  }

  attributeChangedCallback() {
    this.refresh();
  }

  /** Reads the ranking anew. */
  async refresh() {
    this.#ended.abort();
    this.#ended = new AbortController();
    const { signal } = this.#ended;
    // Several changes at once, such as a move, count as one.
    await null;
    if (signal.aborted || !this.isConnected) return;
    const query = { window: this.getAttribute('window') || '24h', limit: this.getAttribute('limit') || 5 };
    try {
      const api = new Api({ src: this.src, site: this.getAttribute('site') || 'default', thread: '' }, /** @type {any} */ (null), signal);
      const messages = loadMessages(this.src, this.language, signal);
      const ranking = await api.call(`rankings/most-commented?${parameters(query)}`, {});
      this.#show(ranking, await messages);
      this.emit('ready', ranking);
    } catch (error) {
      if (signal.aborted) return;
      this.#shadow.replaceChildren();
      this.emit('error', { problem: problemOf(error) });
    }
  }

  /**
   * @param {Ranking} ranking
   * @param {Awaited<ReturnType<typeof loadMessages>>} messages
   */
  #show({ threads }, messages) {
    const level = /** @type {'h2'} */ (`h${/^[2-6]$/.exec(this.getAttribute('heading-level') ?? '') ?? 2}`);
    const items = threads.map(({ thread: { key, url, title }, comments }, index) =>
      h('li', { class: 'item', part: 'item' }, h('div', { class: 'comment' },
        h('span', { class: 'avatar', part: 'place', 'aria-hidden': 'true' }, messages.number(index + 1)),
        h('a', { part: 'link', href: addressOf(url ?? key) }, h('bdi', null, title ?? key)),
        h('span', { class: 'hint', part: 'count' }, messages.text('ranking.comments', { count: comments })))));
    const section = h('section', { class: 'root', part: 'root', 'aria-labelledby': 'heading' },
      h(level, { id: 'heading', part: 'heading' }, messages.text('ranking.heading')),
      h('ol', { class: 'list', part: 'list', role: 'list' }, items));
    set(section, 'lang', messages.language);
    set(section, 'dir', messages.direction);
    section.classList.toggle('dark', !/^(light|dark)$/.test(this.getAttribute('theme') ?? '') && darkOn(this));
    this.#shadow.adoptedStyleSheets = [styleSheet(css), styleSheet(rankingCss)];
    this.#shadow.replaceChildren(...(threads.length > 0 ? [section] : []));
  }
}

/**
 * The address if a browser may go there: on the web, or by its path on this site, as threads without one have for a key.
 *
 * @param {string} address
 */
const addressOf = (address) => (/^(https?:|\/(?![/\\]))/.test(address) ? address : null);
