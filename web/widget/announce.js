// Tells screen readers what happened, through the one live region of an element: at most one announcement a second.

const APART_MILLISECONDS = 1_000;
const SETTLED_MILLISECONDS = 100;

export class Announcer {
  /**
   * @param {Element} region
   * @param {AbortSignal} signal
   */
  constructor(region, signal) {
    this.region = region;
    /** @type {string[]} */
    this.waiting = [];
    this.timer = 0;
    this.last = 0;
    signal.addEventListener('abort', () => clearTimeout(this.timer), { once: true });
  }

  /**
   * Says it politely; what is said at about the same time is said together.
   *
   * @param {string} text
   */
  say = (text) => {
    if (!this.waiting.includes(text)) this.waiting.push(text);
    clearTimeout(this.timer);
    const wait = Math.max(SETTLED_MILLISECONDS, this.last + APART_MILLISECONDS - Date.now());
    this.timer = window.setTimeout(() => this.#speak(), wait);
  };

  #speak() {
    const text = this.waiting.join(' ');
    this.waiting = [];
    this.last = Date.now();
    // The same text again would be no change, and so wouldn't be read.
    this.region.textContent = this.region.textContent === text ? `${text}\u00A0` : text;
  }
}
