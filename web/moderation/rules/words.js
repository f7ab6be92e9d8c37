// What kinds and actions of rules are called.

/** @import { Tone } from '../parts.js' */
/** @import { Rule } from '../types' */

import { field } from '../form.js';
import { choices } from '../fields.js';

/** @type {Record<Rule['kind'], string>} */
export const KINDS = { word: 'Word', wildcard: 'Word with *', regex: 'Regular expression' };

/** @type {Record<Rule['kind'], string>} */
const KIND_HINTS = {
  word: 'Matches whole words, one or several. Upper and lower case, accents of letters that look alike and the like make no difference.',
  wildcard: 'As a word, where * stands for any letters and digits: casino* also finds casinos.',
  regex: 'Matches anywhere in the text. Without look-around and back-references.',
};

/** @type {Record<Rule['action'], string>} */
export const ACTIONS = { hold: 'Hold', reject: 'Refuse', censor: 'Censor' };

/** @type {Record<Rule['action'], Tone>} */
export const ACTION_TONES = { hold: 'warning', reject: 'danger', censor: 'primary' };

/** @type {[Rule['action'], string][]} */
const ACTION_CHOICES = [
  ['hold', 'Hold it until it is approved'],
  ['reject', 'Refuse it'],
  ['censor', 'Replace what matches with bullets'],
];

/**
 * The fields for kind and action, with the hint of the kind that is chosen.
 *
 * @param {Pick<Rule, 'kind' | 'action'>} chosen
 */
export function ruleChoices(chosen) {
  const kind = field('kind', 'Kind', {
    options: Object.entries(KINDS),
    value: chosen.kind,
    hint: KIND_HINTS[chosen.kind],
  });
  const action = choices('action', 'When a comment matches', ACTION_CHOICES, chosen.action);
  kind.input.addEventListener('change', () => {
    const hint = kind.element.querySelector('.field-hint');
    if (hint !== null) hint.textContent = KIND_HINTS[kindOf()];
  });
  const kindOf = () => /** @type {Rule['kind']} */ (kind.input.value);
  return {
    kind,
    action,
    kindOf,
    actionOf: () => /** @type {Rule['action']} */ (action.value()),
  };
}
