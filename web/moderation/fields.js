// Fields of other kinds: boxes to tick, choices, numbers.

/** @import { Field } from './form.js' */
/** @import { Child, Props } from './types' */

import { h } from './dom.js';
import { FieldErrors, field } from './form.js';
import { number } from './format.js';

let count = 0;

/**
 * A box to tick, with its label beside it.
 *
 * @param {string} name
 * @param {string} label
 * @param {Props & { hint?: Child }} [props]
 * @returns {Field & { isOn: () => boolean }}
 */
export function check(name, label, props = {}) {
  const made = field(name, label, { ...props, type: 'checkbox', class: 'box' });
  made.element.classList.add('is-check');
  const { input } = made;
  return { ...made, isOn: () => input instanceof HTMLInputElement && input.checked };
}

/**
 * Boxes to tick any number of.
 *
 * @template {string} T
 * @param {string} name
 * @param {string} legend
 * @param {readonly (readonly [value: T, label: string])[]} options at least one
 * @param {readonly T[]} chosen
 * @returns {Field & { chosen: () => T[] }}
 */
export function boxes(name, legend, options, chosen) {
  const inputs = options.map(([value, label]) => ({
    value,
    label,
    input: h('input', { type: 'checkbox', value, checked: chosen.includes(value) }),
  }));
  const error = h('p', { id: `boxes-${(count += 1)}`, class: 'field-error' });
  error.hidden = true;
  const element = h(
    'fieldset',
    { class: 'choices', 'aria-describedby': error.id },
    h('legend', null, legend),
    inputs.map(({ label, input }) => h('label', { class: 'choice' }, input, label)),
    error,
  );
  const setError = (/** @type {string | null} */ message) => {
    error.hidden = message === null;
    error.textContent = message;
  };
  return {
    name,
    element,
    setError,
    input: inputs[0]?.input ?? h('input', null),
    chosen: () => inputs.filter(({ input }) => input.checked).map(({ value }) => value),
  };
}

/**
 * One of a few, all of them shown.
 *
 * @param {string} name
 * @param {string} legend
 * @param {readonly (readonly [value: string, label: string])[]} options
 * @param {string} chosen
 * @param {string} [hint]
 */
export function choices(name, legend, options, chosen, hint) {
  const element = h(
    'fieldset',
    { class: 'choices is-row' },
    h('legend', null, legend),
    options.map(([value, label]) =>
      h('label', { class: 'choice' }, h('input', { type: 'radio', name, value, checked: value === chosen }), label),
    ),
    hint !== undefined && h('p', { class: 'field-hint' }, hint),
  );
  return {
    element,
    value: () => element.querySelector('input:checked')?.getAttribute('value') ?? chosen,
  };
}

/**
 * The whole number that was typed, or null if nothing was.
 *
 * @param {Record<string, string>} values of the form
 * @param {string} name of the field
 * @param {number} min
 * @param {number} max
 * @returns {number | null}
 * @throws {FieldErrors} if it is something else
 */
export function numberIn(values, name, min, max) {
  const text = (values[name] ?? '').trim();
  if (text === '') return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new FieldErrors({ [name]: `A whole number from ${number(min)} to ${number(max)}.` });
}

/**
 * Those members that are to be others than they are: what somebody else changed meanwhile stays as it is.
 *
 * @template {Record<string, unknown>} T
 * @param {T} wanted
 * @param {Record<string, unknown>} present
 * @returns {Partial<T> | null} null if there is nothing to change
 */
export function changesOf(wanted, present) {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(present[name]),
  );
  return changed.length === 0 ? null : /** @type {Partial<T>} */ (Object.fromEntries(changed));
}
