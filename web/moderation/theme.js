// The colours: those of the system, or light or dark by choice.

import { prefer, preference } from './preferences.js';

/** @typedef {'system' | 'light' | 'dark'} Theme */

/** @type {Theme[]} */
const THEMES = ['system', 'light', 'dark'];
const changes = new EventTarget();

/** @returns {Theme} */
export function theme() {
  const chosen = preference('theme', 'system');
  return THEMES.find((known) => known === chosen) ?? 'system';
}

/** @returns {Theme} the one that follows */
export function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? 'system';
  chooseTheme(next);
  return next;
}

/** @param {string} chosen */
export function chooseTheme(chosen) {
  const next = THEMES.find((known) => known === chosen) ?? 'system';
  prefer('theme', next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  changes.dispatchEvent(new Event('change'));
}

/**
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onThemeChosen(listener, signal) {
  changes.addEventListener('change', listener, { signal });
}
