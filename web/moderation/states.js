// What stands in a room that has nothing to show: nothing there, still loading, failed.

/** @import { IconName } from './icons.js' */
/** @import { Child } from './types' */

import { ApiProblem, explain } from './api.js';
import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { button } from './parts.js';

const SKELETON_AFTER_MILLISECONDS = 250;

/**
 * @param {string} title
 * @param {Child} [text]
 * @param {{ icon?: IconName, action?: HTMLElement | null }} [options]
 */
export function emptyState(title, text, { icon: name = 'approve', action } = {}) {
  return h(
    'div',
    { class: 'state' },
    h('span', { class: 'state-icon' }, icon(name)),
    h('p', { class: 'state-title' }, title),
    text !== undefined && h('p', { class: 'state-text' }, text),
    action,
  );
}

/**
 * Why it can't be shown, and a button to try again.
 *
 * @param {unknown} error
 * @param {() => void} retry
 */
export function failureState(error, retry) {
  const requestId = error instanceof ApiProblem ? error.requestId : '';
  return h(
    'div',
    { class: 'state is-failure' },
    h('span', { class: 'state-icon' }, icon('spam')),
    h('p', { class: 'state-title' }, 'This could not be loaded'),
    h('p', { class: 'state-text' }, explain(error)),
    requestId !== '' && h('p', { class: 'state-detail' }, 'Request ', h('code', null, requestId)),
    button('Try again', retry),
  );
}

/**
 * Grey lines in place of the text to come. They appear late, so that a quick answer doesn't flicker.
 *
 * @param {number} [rows]
 */
export function loadingState(rows = 6) {
  const element = h(
    'div',
    { class: 'skeleton', 'aria-hidden': 'true' },
    Array.from({ length: rows }, () => h('div', { class: 'skeleton-row' }, h('i'), h('i'), h('i'))),
  );
  element.hidden = true;
  setTimeout(() => {
    element.hidden = false;
  }, SKELETON_AFTER_MILLISECONDS);
  return element;
}

/**
 * Loads something into a room: skeleton, then what `draw` makes of it, or the failure with a retry.
 *
 * @template T
 * @param {HTMLElement} room
 * @param {AbortSignal} signal
 * @param {() => Promise<T>} load
 * @param {(value: T) => Child} draw
 */
export async function loadInto(room, signal, load, draw) {
  fill(room, loadingState());
  room.setAttribute('aria-busy', 'true');
  try {
    const value = await load();
    if (!signal.aborted) fill(room, draw(value));
  } catch (error) {
    if (signal.aborted) return;
    fill(
      room,
      failureState(error, () => void loadInto(room, signal, load, draw)),
    );
  } finally {
    if (!signal.aborted) room.removeAttribute('aria-busy');
  }
}
