// The list: pages of comments, the one that is current, and those that are selected. It knows nothing of addresses.

/** @import { AdminComment, DecisionAction, Query } from '../types' */

import { isAborted } from '../api.js';
import { listAdminComments } from '../calls.js';
import { fill, h } from '../dom.js';
import { button } from '../parts.js';
import { failureState, loadingState } from '../states.js';
import { commentRow } from './row.js';

const PAGE = 50;
/** Pages that are asked for in a row without a click, though nothing was on them. */
const EMPTY_PAGES = 5;

/** @typedef {{ comment: AdminComment, notice: string | null, element: HTMLElement }} Item */

/**
 * @typedef {object} ListHooks
 * @property {(comment: AdminComment) => boolean} holds whether a comment belongs into the list
 * @property {(comment: AdminComment | null, notice: string | null) => void} current another one is current
 * @property {(comment: AdminComment, event: MouseEvent) => void} open
 * @property {(action: DecisionAction, comment: AdminComment) => void} decide
 * @property {() => void} changed rows or selection are others
 * @property {() => HTMLElement} empty what stands there if there is nothing
 */

/**
 * @param {ListHooks} hooks
 * @param {AbortSignal} signal
 */
export function createListing(hooks, signal) {
  const rows = h('ol', { class: 'rows' });
  const foot = h('div', { class: 'list-foot' });
  const element = h('div', { class: 'list-room' }, rows, foot);
  /** @type {Item[]} */
  let items = [];
  /** @type {Set<string>} */
  const selected = new Set();
  /** @type {Map<string, number>} versions that were decided about here: a page that still has them is old */
  const decided = new Map();
  /** @type {string | null} */
  let current = null;
  /** @type {string | null} where a range begins */
  let anchor = null;
  /** @type {Query} */
  let query = {};
  /** @type {string | null} */
  let cursor = null;
  let emptyPages = 0;
  let loading = new AbortController();
  let isLoading = false;
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting) && emptyPages < EMPTY_PAGES) void more();
    },
    { rootMargin: '600px' },
  );
  signal.addEventListener('abort', () => {
    observer.disconnect();
    loading.abort();
  });

  /** @param {string | null} id */
  const indexOf = (id) => items.findIndex(({ comment }) => comment.id === id);
  const selection = () => items.filter(({ comment }) => selected.has(comment.id)).map(({ comment }) => comment);

  /**
   * Begins anew with another query.
   *
   * @param {Query} next
   * @param {{ open?: string | undefined, opensFirst: boolean }} options the one to be current then
   */
  async function load(next, { open, opensFirst }) {
    loading.abort();
    loading = new AbortController();
    isLoading = false;
    query = next;
    cursor = null;
    emptyPages = 0;
    items = [];
    selected.clear();
    anchor = null;
    current = null;
    rows.replaceChildren();
    element.scrollTop = 0;
    fill(foot, loadingState());
    hooks.changed();
    await page();
    if (loading.signal.aborted) return;
    const wanted = indexOf(open ?? null) >= 0 ? (open ?? null) : opensFirst ? (items[0]?.comment.id ?? null) : null;
    select(wanted, { moves: false });
  }

  /** Loads the next page. */
  async function more() {
    if (cursor !== null && !isLoading) await page();
  }

  async function page() {
    const { signal: mine } = loading;
    isLoading = true;
    observer.disconnect();
    element.setAttribute('aria-busy', 'true');
    try {
      const { comments, next_cursor } = await listAdminComments({ ...query, limit: PAGE, cursor }, mine);
      cursor = next_cursor;
      emptyPages = comments.length === 0 ? emptyPages + 1 : 0;
      for (const comment of comments) {
        if (indexOf(comment.id) < 0 && comment.version > (decided.get(comment.id) ?? -1)) append(comment);
      }
      isLoading = false;
      drawFoot();
      hooks.changed();
    } catch (error) {
      if (mine.aborted || isAborted(error)) return;
      isLoading = false;
      fill(
        foot,
        failureState(error, () => {
          fill(foot, loadingState(2));
          void page();
        }),
      );
    } finally {
      if (!mine.aborted) element.removeAttribute('aria-busy');
    }
  }

  function drawFoot() {
    if (cursor !== null) {
      fill(
        foot,
        h(
          'div',
          { class: 'list-more' },
          button('Load more', () => {
            emptyPages = 0;
            void more();
          }),
        ),
      );
      observer.observe(foot);
    } else fill(foot, items.length === 0 ? hooks.empty() : h('p', { class: 'list-end' }, 'That is all.'));
  }

  /** @param {AdminComment} comment */
  function append(comment) {
    const item = { comment, notice: null, element: h('li') };
    items.push(item);
    draw(item);
    rows.append(item.element);
  }

  /** @param {Item} item */
  function draw(item) {
    const { comment, notice } = item;
    const hadFocus = item.element.contains(document.activeElement);
    const fresh = commentRow(
      comment,
      {
        notice,
        isSelected: selected.has(comment.id),
        isAtHome: hooks.holds(comment),
      },
      {
        open: (event) => hooks.open(comment, event),
        select: (isSelected, isRange) => mark(comment.id, isSelected, isRange),
        decide: (action) => hooks.decide(action, comment),
      },
    );
    item.element.replaceWith(fresh);
    item.element = fresh;
    markCurrent(item);
    if (hadFocus) focusRow(item);
  }

  /** @param {Item} item */
  function markCurrent(item) {
    const isCurrent = item.comment.id === current;
    item.element.classList.toggle('is-current', isCurrent);
    item.element.classList.toggle('is-selected', selected.has(item.comment.id));
    const link = item.element.querySelector('.row-link');
    if (isCurrent) link?.setAttribute('aria-current', 'true');
    else link?.removeAttribute('aria-current');
  }

  /** @param {Item | undefined} item */
  function focusRow(item) {
    const link = item?.element.querySelector('.row-link');
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  }

  /**
   * Makes a comment the current one.
   *
   * @param {string | null} id
   * @param {{ moves: boolean }} options whether the focus goes along
   */
  function select(id, { moves }) {
    const before = items[indexOf(current)];
    current = id;
    if (before !== undefined) markCurrent(before);
    const item = items[indexOf(id)];
    if (item !== undefined) {
      markCurrent(item);
      item.element.scrollIntoView({ block: 'nearest' });
      if (moves) focusRow(item);
    }
    hooks.current(item?.comment ?? null, item?.notice ?? null);
  }

  /**
   * Goes some rows on or back; at the end it loads more first.
   *
   * @param {1 | -1} by
   */
  async function step(by) {
    const from = indexOf(current);
    if (by === 1 && from === items.length - 1) await more();
    const next = items[Math.max(0, Math.min(items.length - 1, from + by))];
    if (next !== undefined) select(next.comment.id, { moves: true });
  }

  /**
   * Selects a row, or all between it and the one selected before.
   *
   * @param {string} id
   * @param {boolean} isSelected
   * @param {boolean} isRange
   */
  function mark(id, isSelected, isRange) {
    const [from, to] = [isRange ? indexOf(anchor) : -1, indexOf(id)];
    const range = from < 0 ? items.slice(to, to + 1) : items.slice(Math.min(from, to), Math.max(from, to) + 1);
    for (const { comment } of range) {
      if (isSelected) selected.add(comment.id);
      else selected.delete(comment.id);
    }
    anchor = id;
    drawSelection();
  }

  /** Selects all that are loaded, or none if all are. */
  function markAll() {
    const all = items.length > 0 && items.every(({ comment }) => selected.has(comment.id));
    selected.clear();
    if (!all) for (const { comment } of items) selected.add(comment.id);
    drawSelection();
  }

  function markNone() {
    selected.clear();
    drawSelection();
  }

  function drawSelection() {
    for (const item of items) {
      const box = item.element.querySelector('input');
      if (box !== null) box.checked = selected.has(item.comment.id);
      markCurrent(item);
    }
    hooks.changed();
  }

  /**
   * Takes decided comments out, and goes on to the next.
   *
   * @param {AdminComment[]} comments
   */
  function leave(comments) {
    const ids = new Set(comments.map(({ id }) => id));
    const at = indexOf(current);
    const next = [...items.slice(at), ...items.slice(0, Math.max(0, at)).reverse()].find(
      ({ comment }) => !ids.has(comment.id),
    );
    const hadFocus = rows.contains(document.activeElement) || document.activeElement === document.body;
    for (const { id, version } of comments) {
      decided.set(id, version);
      selected.delete(id);
      items[indexOf(id)]?.element.remove();
    }
    items = items.filter(({ comment }) => !ids.has(comment.id));
    if (current !== null && ids.has(current)) select(next?.comment.id ?? null, { moves: hadFocus });
    if (items.length < PAGE / 4 && cursor !== null) void more();
    if (!isLoading) drawFoot();
    hooks.changed();
  }

  /**
   * Puts a comment (back) into its place, or shows its newer state.
   *
   * @param {AdminComment} comment
   * @param {string | null} notice
   */
  function put(comment, notice) {
    decided.delete(comment.id);
    const known = items[indexOf(comment.id)];
    if (known !== undefined) {
      Object.assign(known, { comment, notice });
      draw(known);
    } else {
      const isOldestFirst = query.sort === 'oldest';
      const after = items.findIndex(({ comment: other }) =>
        isOldestFirst ? other.created_at > comment.created_at : other.created_at < comment.created_at,
      );
      const item = { comment, notice, element: h('li') };
      const place = after < 0 ? items.length : after;
      rows.insertBefore(item.element, items[place]?.element ?? null);
      items.splice(place, 0, item);
      draw(item);
      if (!isLoading) drawFoot();
    }
    hooks.changed();
  }

  return {
    element,
    load,
    select,
    step,
    mark,
    markAll,
    markNone,
    leave,
    put,
    selection,
    size: () => items.length,
    isSelected: (/** @type {string} */ id) => selected.has(id),
    current: () => items[indexOf(current)] ?? null,
    next: () => items[indexOf(current) + 1]?.comment ?? null,
    isComplete: () => cursor === null,
  };
}
