// What this browser remembers: keys and colours.

import { h } from '../dom.js';
import { check, choices } from '../fields.js';
import { keysAreOn, onKeysTurned, showKeysHelp, turnKeys } from '../keys.js';
import { part } from '../page.js';
import { button } from '../parts.js';
import { chooseTheme, onThemeChosen, theme } from '../theme.js';

/** @param {AbortSignal} signal */
export function preferencePart(signal) {
  const keys = check('keys', 'Keyboard shortcuts', {
    checked: keysAreOn(),
    hint: 'Single keys that decide and move. Turn them off if they get in the way of your input.',
  });
  keys.input.addEventListener('change', () => turnKeys(keys.isOn()));
  onKeysTurned(() => {
    if (keys.input instanceof HTMLInputElement) keys.input.checked = keysAreOn();
  }, signal);
  const colours = choices(
    'theme',
    'Colours',
    [
      ['system', 'As the system'],
      ['light', 'Light'],
      ['dark', 'Dark'],
    ],
    theme(),
  );
  colours.element.addEventListener('change', () => chooseTheme(colours.value()));
  onThemeChosen(() => {
    const input = colours.element.querySelector(`[value="${theme()}"]`);
    if (input instanceof HTMLInputElement) input.checked = true;
  }, signal);
  return part(
    'This browser',
    {},
    h(
      'div',
      { class: 'panel stack' },
      colours.element,
      keys.element,
      h('div', { class: 'button-row' }, button('All shortcuts', showKeysHelp, { icon: 'keys' })),
    ),
  );
}
