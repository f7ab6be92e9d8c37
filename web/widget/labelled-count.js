// <rejoinder-count> of the large bundle: it can also say what it counts, in the language of the page.

import { CountElement } from './counts.js';
import { languageOf, serviceOf } from './element.js';
import { loadMessages } from './messages.js';

/** @type {Map<string, ReturnType<typeof loadMessages>>} the texts of each service and language, read once */
const texts = new Map();

export class LabelledCountElement extends CountElement {
  static observedAttributes = [...CountElement.observedAttributes, 'label', 'lang'];

  #count = -1;

  attributeChangedCallback() {
    super.attributeChangedCallback();
    if (this.#count >= 0) this.show(this.#count);
  }

  /** @param {number} count */
  async show(count) {
    this.#count = count;
    if (!this.hasAttribute('label')) return super.show(count);
    const [src, language] = [serviceOf(this), languageOf(this)];
    const key = `${src} ${language}`;
    const reading = texts.get(key) ?? loadMessages(src, language, new AbortController().signal);
    texts.set(key, reading);
    const messages = await reading.catch(() => texts.delete(key) && null);
    // What came meanwhile is newer.
    if (this.#count !== count || languageOf(this) !== language || !this.hasAttribute('label')) return;
    if (messages) this.textContent = messages.text('count.comments', { count });
    else super.show(count);
  }
}
