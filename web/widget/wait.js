// Counts the seconds down until something can be tried again.

/** @import { Context } from './types' */

import { waiting } from './problems.js';

const SECOND = 1_000;

export class Countdown {
  /** How many seconds are left. */
  left = 0;
  #timer = 0;

  /** @param {Context} context */
  constructor(context) {
    this.context = context;
  }

  /**
   * Begins anew. Heard are only the beginning and the end.
   *
   * @param {string} text what went wrong
   * @param {number} seconds
   * @param {(text: string, isOver: boolean) => boolean | void} show gives false where nobody looks any more
   */
  start(text, seconds, show) {
    const { announce, signal } = this.context;
    const end = Date.now() + seconds * SECOND;
    const step = () => {
      this.left = Math.max(0, Math.ceil((end - Date.now()) / SECOND));
      const isOver = this.left === 0;
      const words = waiting(this.left, this.context);
      if (show(isOver ? words : `${text} ${words}`, isOver) === false) this.stop();
      else if (isOver) {
        this.stop();
        announce(words);
      }
    };
    this.stop();
    signal.addEventListener('abort', this.stop, { once: true });
    this.#timer = window.setInterval(step, SECOND);
    step();
  }

  stop = () => {
    this.left = 0;
    clearInterval(this.#timer);
    this.context.signal.removeEventListener('abort', this.stop);
  };
}
