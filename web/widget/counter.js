// Says how many characters may still be written: a falling number, in words when there are few left.

const NEAR_SHARE = 0.2;
const NEAR_AT_MOST = 30;
const VERY_NEAR = 10;
const SETTLED_MILLISECONDS = 1_000;

/** @import { Context } from './types' */

/**
 * How near to its limit a text is.
 *
 * @param {number} count
 * @param {number} max
 * @returns {'far' | 'near' | 'very_near' | 'over'}
 */
export function nearness(count, max) {
  const left = max - count;
  if (left < 0) return 'over';
  if (left > Math.min(NEAR_AT_MOST, Math.ceil(max * NEAR_SHARE))) return 'far';
  return left > VERY_NEAR ? 'near' : 'very_near';
}

/**
 * Decides what is worth saying aloud: getting near, and going over or back, but not every character; and while too much
 * is taken away, how much is left to go.
 */
export class Warner {
  #said = /** @type {ReturnType<typeof nearness>} */ ('far');
  #count = 0;

  /**
   * @param {number} count
   * @param {number} max
   */
  isNews(count, max) {
    const now = nearness(count, max);
    const news = now !== this.#said || (now === 'over' && count < this.#count);
    this.#said = now;
    this.#count = count;
    return news && now !== 'far';
  }
}

export class Counter {
  #warner = new Warner();
  #timer = 0;

  /**
   * @param {HTMLElement} element
   * @param {number} max
   * @param {Context} context
   */
  constructor(element, max, context) {
    this.element = element;
    this.max = max;
    this.context = context;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /**
   * Shows the rest; says it too when there is news and the typing has stopped for a second.
   *
   * @param {number} count
   */
  show(count) {
    const where = nearness(count, this.max);
    const words = this.#words(count);
    this.element.textContent = where === 'far' ? this.context.messages.number(this.max - count) : words;
    this.element.dataset.state = where;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (this.element.isConnected && this.#warner.isNews(count, this.max)) this.context.announce(words);
    }, SETTLED_MILLISECONDS);
  }

  /** @param {number} count */
  #words(count) {
    const left = this.max - count;
    return this.context.messages.text(left < 0 ? 'counter.over' : 'counter.left', { count: Math.abs(left) });
  }
}
