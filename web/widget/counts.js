// <rejoinder-count>: the number of a thread's comments, in place of what the page says there. All elements that come
// at about the same time are asked for together. This is all of count.js, and so it is short and uses little else.

import { languageOf, ServiceElement, serviceOf, siteOf } from './element.js';

const AT_ONCE = 100;
/** Proxies take no longer addresses. */
const LONGEST_ADDRESS = 7_000;
/** What can be a key. One that can't would have the others refused too. */
const KEY = /^(?=.*\S)\P{Cc}{1,512}$/u;

/** @typedef {[address: string, key: string, element: CountElement]} Want */

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

  /**
   * Shows a number.
   *
   * @param {number} count
   */
  show(count) {
    try {
      this.textContent = count.toLocaleString(languageOf(this));
    } catch {
      // The page has no language that there is.
      this.textContent = /** @type {any} */ (count);
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
  return (asking ??= askAll());
}

async function askAll() {
  await null;
  const wants = [...waiting].flatMap(wantOf);
  waiting.clear();
  asking = null;
  const sites = Map.groupBy(wants, ([address]) => address);
  await Promise.all([...sites].map(([address, all]) => askService(address, [...Map.groupBy(all, ([, key]) => key)])));
}

/**
 * What an element wants, unless it has that.
 *
 * @param {CountElement} element
 * @returns {Want[]}
 */
function wantOf(element) {
  try {
    const address = `${serviceOf(element)}/api/v1/sites/${encodeURIComponent(siteOf(element))}/counts?thread=`;
    const key = (
      element.getAttribute('thread') ||
      new URL(/** @type {any} */ (document.querySelector('link[rel~=canonical]'))?.href || location).pathname
    ).normalize();
    const wanted = address + key;
    if (!element.isConnected || element.asked === wanted) return [];
    element.asked = wanted;
    if (KEY.test(key)) return [[address, key, element]];
    fail(element, { code: 'invalid_thread_key' });
  } catch (error) {
    fail(element, error);
  }
  return [];
}

/**
 * Asks for these keys; for many or long ones by halves, so that each is a request that any cache can answer.
 *
 * @param {string} address
 * @param {[string, Want[]][]} wanted
 * @returns {Promise<any>}
 */
async function askService(address, wanted) {
  const query = address + wanted.map(([key]) => encodeURIComponent(key)).join('&thread=');
  if (wanted.length > AT_ONCE || query.length > LONGEST_ADDRESS) {
    return Promise.all([wanted.splice(wanted.length / 2), wanted].map((half) => askService(address, half)));
  }
  try {
    // A browser would answer by itself what it was told some seconds ago.
    const response = await fetch(query, { cache: 'no-cache' });
    const answer = await response.json();
    if (!response.ok) throw answer;
    // They come in the order in which they were asked for.
    wanted.forEach(([, wants], index) => wants.forEach((want) => want[2].show(answer.counts[index].comment_count)));
  } catch (error) {
    for (const [, wants] of wanted) for (const [, , element] of wants) fail(element, error);
  }
}

/**
 * @param {CountElement} element
 * @param {any} error
 */
function fail(element, error) {
  element.asked = '';
  // Of what isn't an answer of the service, nothing is taken over.
  element.emit('error', { problem: { code: 'unreachable', ...error } });
}
