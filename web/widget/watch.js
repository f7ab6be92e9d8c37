// Looks from time to time whether there are new comments, while somebody may be reading.

/** @import { Further } from './further.js' */

import { unseen } from './store.js';

const SECOND = 1_000;

export class Watch {
  #timer = 0;
  #last = Date.now();

  /** @param {Further} further */
  constructor(further) {
    this.further = further;
    this.view = further.view;
    this.period = this.view.settings.refresh * SECOND;
  }

  start() {
    const { signal } = this.view;
    if (this.period <= 0) return;
    document.addEventListener('visibilitychange', () => this.#plan(), { signal });
    signal.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible' || this.view.signal.aborted) return;
    this.#timer = window.setTimeout(() => this.#look(), Math.max(0, this.#last + this.period - Date.now()));
  }

  async #look() {
    this.#last = Date.now();
    if (this.view.place.isNear()) {
      try {
        await this.further.learnFate();
        this.#tell(await this.view.api.count());
      } catch {
        // The next look may have more luck.
      }
    }
    this.#plan();
  }

  /** @param {number} count */
  #tell(count) {
    const { state, frame } = this.view;
    if (state === null) return;
    if (count !== state.thread.comment_count) {
      this.view.set({ ...state, thread: { ...state.thread, comment_count: count } });
    }
    frame?.showNews(unseen(state, count));
  }
}
