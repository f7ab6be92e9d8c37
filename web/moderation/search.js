// The search field above a list. What is typed goes into the address after a pause.

/** @import { Place } from './types' */

import { h, settled } from './dom.js';
import { icon } from './icons.js';
import { go } from './router.js';

const SEARCH_MILLISECONDS = 300;

/**
 * @param {string} label
 * @param {() => Place} place
 */
export function searchField(label, place) {
  const input = h('input', {
    type: 'search',
    class: 'input',
    name: 'q',
    'aria-label': label,
    placeholder: label,
    autocomplete: 'off',
    dir: 'auto',
    value: place().query.q ?? '',
    maxlength: 200,
  });
  const started = place().path;
  input.addEventListener(
    'input',
    settled(() => {
      const { path, query } = place();
      const q = input.value.trim();
      // Whoever has left the list meanwhile is not brought back.
      if (path === started && input.isConnected && q !== (query.q ?? '')) go(path, { ...query, q });
    }, SEARCH_MILLISECONDS),
  );
  return {
    element: h('div', { class: 'search' }, icon('search'), input),
    draw: () => {
      if (document.activeElement !== input) input.value = place().query.q ?? '';
    },
  };
}
