// <rejoinder-ranking>: what is discussed most on a site, as a list of links. Where nothing is, it shows nothing. What it is
// made with comes when there is such an element in the page.

import { problemOf } from './api.js';
import { ServiceElement } from './element.js';
import { load } from './parts.js';
import { dress, followLight } from './style.js';
import css from './style.css';

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
    try {
      const { rank, style } = await load('ranked');
      const { ranking, section } = await rank(this, signal);
      if (signal.aborted) return;
      dress(this.#shadow, [css, style]);
      followLight(this, section, signal);
      this.#shadow.replaceChildren(...(ranking.threads.length > 0 ? [section] : []));
      this.emit('ready', ranking);
    } catch (error) {
      if (signal.aborted) return;
      this.#shadow.replaceChildren();
      this.emit('error', { problem: problemOf(error) });
    }
  }
}
