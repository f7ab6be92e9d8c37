// A list that is loaded page by page. What an entry looks like is up to who uses it.

import { announce } from './announce.js';
import { isAborted } from './api.js';
import { fill, h } from './dom.js';
import { plural } from './format.js';
import { button } from './parts.js';
import { failureState, loadingState } from './states.js';

const PAGE = 50;
/** Pages that are asked for in a row without a click, though nothing was on them. */
const EMPTY_PAGES = 5;

/**
 * @template T
 * @typedef {object} Paging
 * @property {string} label what the list has, for screen readers
 * @property {[one: string, many: string]} noun
 * @property {(query: { limit: number, cursor: string | null }, signal: AbortSignal) =>
 *   Promise<{ items: T[], next_cursor: string | null }>} load
 * @property {(item: T) => string} id
 * @property {(item: T) => HTMLElement} row an `li`
 * @property {() => HTMLElement} empty what stands there if there is nothing
 */

/**
 * @template T
 * @param {Paging<T>} paging
 * @param {AbortSignal} signal
 */
export function pagedList({ label, noun, load, id, row, empty }, signal) {
  const list = h('ul', { class: 'entries', 'aria-label': label });
  const foot = h('div', { class: 'entries-foot' });
  const element = h('div', { class: 'paged' }, list, foot);
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** @type {string | null} */
  let cursor = null;
  let loading = new AbortController();
  signal.addEventListener('abort', () => loading.abort());

  /** Loads the list anew. */
  async function reload() {
    loading.abort();
    loading = new AbortController();
    cursor = null;
    rows.clear();
    fill(list);
    list.hidden = true;
    fill(foot, loadingState(4));
    await more(false);
  }

  /** @param {boolean} isAsked whether somebody wants to go on reading from there */
  async function more(isAsked) {
    const { signal: mine } = loading;
    element.setAttribute('aria-busy', 'true');
    try {
      /** @type {T[]} */
      let items = [];
      for (let pages = 0; pages < EMPTY_PAGES && items.length === 0; pages += 1) {
        const answer = await load({ limit: PAGE, cursor }, mine);
        if (mine.aborted) return;
        items = answer.items.filter((item) => !rows.has(id(item)));
        cursor = answer.next_cursor;
        if (cursor === null) break;
      }
      for (const item of items) append(item);
      drawFoot();
      if (isAsked) {
        announce(items.length === 0 ? 'Nothing more so far.' : `${plural(items.length, ...noun)} more.`);
        const first = items[0] === undefined ? undefined : rows.get(id(items[0]));
        const next = first?.querySelector('a, button') ?? foot.querySelector('button');
        if (next instanceof HTMLElement) next.focus();
      }
    } catch (error) {
      if (mine.aborted || isAborted(error)) return;
      fill(
        foot,
        failureState(error, () => {
          fill(foot, loadingState(2));
          void more(isAsked);
        }),
      );
    } finally {
      if (!mine.aborted) element.removeAttribute('aria-busy');
    }
  }

  /** @param {T} item */
  function append(item) {
    const made = row(item);
    rows.set(id(item), made);
    list.append(made);
  }

  function drawFoot() {
    list.hidden = rows.size === 0;
    if (cursor !== null)
      fill(
        foot,
        button('Load more', () => void more(true)),
      );
    else fill(foot, rows.size === 0 && empty());
  }

  /**
   * Shows something as it is now; what is new comes first.
   *
   * @param {T} item
   */
  function put(item) {
    const made = row(item);
    const known = rows.get(id(item));
    const label = known?.contains(document.activeElement) ? document.activeElement?.getAttribute('data-focus') : null;
    rows.set(id(item), made);
    if (known === undefined) list.prepend(made);
    else known.replaceWith(made);
    drawFoot();
    const again = label == null ? null : made.querySelector(`[data-focus="${label}"]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }

  /**
   * Takes something out, and leaves the focus beside it.
   *
   * @param {T} item
   */
  function remove(item) {
    const known = rows.get(id(item));
    if (known === undefined) return;
    const neighbour = (known.nextElementSibling ?? known.previousElementSibling)?.querySelector('a, button');
    const isFocused = known.contains(document.activeElement) || document.activeElement === document.body;
    known.remove();
    rows.delete(id(item));
    drawFoot();
    if (isFocused && neighbour instanceof HTMLElement) neighbour.focus({ preventScroll: true });
  }

  /** Puts the focus into the first entry. */
  function focus() {
    const first = list.querySelector('a, button');
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  }

  return { element, reload, put, remove, focus };
}
