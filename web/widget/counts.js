// <rejoinder-count>: the number of a thread's comments, in place of what the page says there. All elements that come
// at about the same time are asked for together. This is all of count.js, and so it is short and uses nothing else.

/** Where the script came from is where the comments are. */
const ORIGIN = new URL(import.meta.url).origin;
const AT_ONCE = 100;
/** Proxies take no longer addresses; what doesn't fit is sent in the body. */
const LONGEST_ADDRESS = 7_000;

/** @type {Set<CountElement>} */
const waiting = new Set();
/** @type {Promise<unknown> | null} */
let asking = null;

export class CountElement extends HTMLElement {
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

  get language() {
    return this.closest('[lang]')?.getAttribute('lang') || navigator.language;
  }

  /** The service's address. */
  get src() {
    return new URL(this.getAttribute('src') || ORIGIN, document.baseURI).href.replace(/\/+$/, '');
  }

  get address() {
    return `${this.src}/api/v1/sites/${encodeURIComponent(this.getAttribute('site') || 'default')}/counts`;
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
      this.textContent = `${count}`;
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.asked = '';
    const problem = { code: 'unreachable', detail: `${error}` };
    this.dispatchEvent(new CustomEvent('rejoinder:error', { detail: { problem }, bubbles: true, composed: true }));
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
    const elements = [...waiting].filter(isNew);
    waiting.clear();
    asking = null;
    return Promise.all([...Map.groupBy(elements, ({ address }) => address)].map(askService));
  });
  return asking;
}

/** @param {CountElement} element */
function isNew(element) {
  const wanted = `${element.address} ${element.thread}`;
  if (!element.isConnected || element.asked === wanted) return false;
  element.asked = wanted;
  return true;
}

/** @param {[string, CountElement[]]} group */
async function askService([address, elements]) {
  const threads = [...Map.groupBy(elements, ({ thread }) => thread)];
  while (threads.length > 0) await askOnce(address, threads.splice(0, AT_ONCE));
}

/**
 * @param {string} address
 * @param {[string, CountElement[]][]} threads
 */
async function askOnce(address, threads) {
  const keys = threads.map(([key]) => key);
  const query = `${address}?${new URLSearchParams(keys.map((key) => ['thread', key]))}`;
  try {
    const response = await (query.length > LONGEST_ADDRESS
      ? fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ threads: keys }) })
      : fetch(query));
    if (!response.ok) throw response.status;
    const { counts } = await response.json();
    threads.forEach(([, elements], index) => {
      for (const element of elements) element.show(counts[index].comment_count);
    });
  } catch (error) {
    for (const [, elements] of threads) for (const element of elements) element.fail(error);
  }
}
