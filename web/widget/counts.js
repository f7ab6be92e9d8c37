// <rejoinder-count>: the number of a thread's comments, in place of what the page says there. All elements that come
// at about the same time are asked for together. This is all of count.js, and so it is short and uses little else.

import { ServiceElement } from './element.js';

const AT_ONCE = 100;
/** Proxies take no longer addresses; what doesn't fit is sent in the body. */
const LONGEST_ADDRESS = 7_000;

/** @type {Set<CountElement>} */
const waiting = new Set();
/** @type {Promise<unknown> | null} */
let asking = null;

export class CountElement extends ServiceElement {
  static observedAttributes = ['src', 'site', 'thread'];

  /** What was asked for last: once is enough. */
  asked = '';

  connectedCallback() {
    ask(this);
  }

  attributeChangedCallback() {
    ask(this);
  }

  /** Asks anew. */
  async refresh() {
    this.asked = '';
    await ask(this);
  }

  get thread() {
    const canonical = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel~=canonical]'));
    return this.getAttribute('thread') || new URL(canonical?.href || location.href).pathname;
  }

  /**
   * Shows a number.
   *
   * @param {number} count
   */
  show(count) {
    try {
      this.textContent = count.toLocaleString(this.language);
    } catch {
      // The page has no language that there is.
      this.textContent = `${count}`;
    }
  }
}

/**
 * Asks for a count, together with all others that are wanted now.
 *
 * @param {CountElement} element
 */
function ask(element) {
  waiting.add(element);
  asking ??= Promise.resolve().then(() => {
    const elements = [...waiting];
    waiting.clear();
    asking = null;
    return Promise.all([...Map.groupBy(elements.filter(isNew), ({ base }) => base)].map(askService));
  });
  return asking;
}

/** @param {CountElement} element */
function isNew(element) {
  const wanted = element.base + element.thread;
  const news = element.isConnected && element.asked !== wanted;
  if (news) element.asked = wanted;
  return news;
}

/** @param {[string, CountElement[]]} group */
async function askService([base, elements]) {
  const threads = [...new Set(elements.map(({ thread }) => thread))];
  while (threads.length > 0) await askOnce(`${base}counts`, threads.splice(0, AT_ONCE), elements);
}

/**
 * @param {string} address
 * @param {string[]} threads
 * @param {CountElement[]} elements
 */
async function askOnce(address, threads, elements) {
  const query = `${address}?thread=${threads.map(encodeURIComponent).join('&thread=')}`;
  const body = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ threads }) };
  const of = (/** @type {string} */ key) => elements.filter(({ thread }) => thread === key);
  try {
    const response = await (query.length > LONGEST_ADDRESS ? fetch(address, body) : fetch(query));
    const answer = await response.json();
    if (!response.ok) throw answer;
    for (const { thread, comment_count: count } of answer.counts) of(thread).forEach((element) => element.show(count));
  } catch (/** @type {any} */ error) {
    for (const element of threads.flatMap(of)) {
      element.asked = '';
      // Of what isn't an answer of the service, nothing is taken over.
      element.emit('error', { problem: { code: 'unreachable', ...error } });
    }
  }
}
