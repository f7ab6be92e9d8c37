// Something that is shown once: an API token, recovery codes.

/** @import { Child } from './types' */

import { announce } from './announce.js';
import { h } from './dom.js';
import { button } from './parts.js';

/**
 * A text to be kept, with a button that copies it.
 *
 * @param {string} label
 * @param {string} text
 * @param {{ copied?: string, more?: Child }} [options] `copied`: what is copied, if not the text; `more`: other buttons
 */
export function secretBox(label, text, { copied = text, more } = {}) {
  const output = h('output', { class: 'secret-text', tabindex: 0, 'aria-label': label }, text);
  const copy = button('Copy', () => void copyText());
  async function copyText() {
    try {
      await navigator.clipboard.writeText(copied);
      announce('Copied.');
      const word = copy.querySelector('.button-label');
      if (word !== null) word.textContent = 'Copied';
    } catch {
      // Without the permission it is selected, so that the keys of the system copy it.
      getSelection()?.selectAllChildren(output);
      output.focus();
      announce('Selected. Copy it with the keys of your system.');
    }
  }
  return h('div', { class: 'secret' }, output, h('div', { class: 'secret-actions' }, copy, more));
}
