// Single keys that do things. They can be turned off (WCAG 2.1.4), and rest while somebody types or a dialog is open.

/** @import { KeyBinding } from './types' */

import { announce } from './announce.js';
import { openDialog } from './dialog.js';
import { h } from './dom.js';
import { keyCaps } from './parts.js';
import { prefer, preference } from './preferences.js';

/** @typedef {{ title: string, bindings: KeyBinding[] }} Group */

/** @type {Set<Group>} later groups come first when two have the same key */
const groups = new Set();
const changes = new EventTarget();

/** Whether the keys do something. */
export function keysAreOn() {
  return preference('keys', true);
}

/** @param {boolean} on */
export function turnKeys(on) {
  prefer('keys', on);
  document.documentElement.dataset.keys = on ? 'on' : 'off';
  announce(on ? 'Keyboard shortcuts are on. Press question mark for a list.' : 'Keyboard shortcuts are off.');
  changes.dispatchEvent(new Event('change'));
}

/**
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onKeysTurned(listener, signal) {
  changes.addEventListener('change', listener, { signal });
}

/**
 * Gives actions their keys, until the signal is aborted.
 *
 * @param {string} title of the group in the help
 * @param {KeyBinding[]} bindings
 * @param {AbortSignal} signal
 */
export function bindKeys(title, bindings, signal) {
  const group = { title, bindings };
  groups.add(group);
  signal.addEventListener('abort', () => groups.delete(group));
}

/** Begins to listen, once for the life of the page. */
export function startKeys() {
  document.documentElement.dataset.keys = keysAreOn() ? 'on' : 'off';
  document.addEventListener('keydown', (event) => {
    if (!keysAreOn() || isElsewhere(event)) return;
    const name = nameOf(event);
    for (const group of [...groups].reverse()) {
      const binding = group.bindings.find(({ key }) => key === name);
      if (binding === undefined) continue;
      if (binding.run() !== false) event.preventDefault();
      return;
    }
  });
}

/** Shows what the keys do. */
export function showKeysHelp() {
  const sections = [...groups].map(({ title, bindings }) =>
    h(
      'section',
      { class: 'keys-group' },
      h('h3', null, title),
      h(
        'dl',
        null,
        bindings
          .filter((binding) => !binding.isHidden)
          .map((binding) => h('div', null, h('dt', null, keyCaps(binding.key)), h('dd', null, binding.label))),
      ),
    ),
  );
  openDialog('Keyboard shortcuts', h('div', { class: 'keys-help' }, sections), { isWide: true });
}

/**
 * The name of a binding that a pressed key has.
 *
 * @param {KeyboardEvent} event
 */
function nameOf(event) {
  // A Cyrillic or Greek layout still has its J where the J is.
  const isForeign = event.key.length === 1 && event.key > '~';
  const key = isForeign ? event.code.replace(/^Key|^Digit/, '') : event.key;
  if (/^[a-z]$/i.test(key)) return `${event.shiftKey ? 'shift+' : ''}${key.toLowerCase()}`;
  return key.length > 1 && event.shiftKey ? `shift+${key}` : key;
}

/**
 * Whether the key is meant for something else: text, a dialog, the browser.
 *
 * @param {KeyboardEvent} event
 */
function isElsewhere(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest('textarea, select, [contenteditable], dialog, [popover]')) return true;
  const input = target.closest('input');
  if (input !== null && input.type !== 'checkbox' && input.type !== 'radio') return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  return event.key === 'Enter' && target.closest('a, button, summary, input') !== null;
}
