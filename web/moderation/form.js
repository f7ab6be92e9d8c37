// Forms: labelled fields, and errors that stand next to what they are about.

/** @import { Child, Props } from './types' */

import { ApiProblem, explain } from './api.js';
import { fill, h } from './dom.js';

let count = 0;

/** What is wrong with fields, found before anything was sent. */
export class FieldErrors extends Error {
  /** @param {Record<string, string>} messages by the name of the field */
  constructor(messages) {
    super(Object.values(messages).join(' '));
    this.name = 'FieldErrors';
    this.fields = new Map(Object.entries(messages));
  }
}

/**
 * @typedef {object} Field
 * @property {string} name the member of the request, so that errors of the API find it
 * @property {HTMLElement} element
 * @property {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} input
 * @property {(message: string | null) => void} setError
 */

/**
 * A field with its label above. `options` makes it a choice, `rows` a larger text.
 *
 * @param {string} name
 * @param {string} label
 * @param {Props & { hint?: Child, options?: [value: string, label: string][], rows?: number }} [props]
 * @returns {Field}
 */
export function field(name, label, { hint, options, rows, ...attributes } = {}) {
  const id = `field-${(count += 1)}`;
  const hinted = hint === undefined ? null : `${id}-hint`;
  const common = { id, name, class: 'input', 'aria-describedby': hinted, ...attributes };
  const input =
    options !== undefined
      ? h(
          'select',
          common,
          options.map(([value, text]) => h('option', { value, selected: value === attributes.value }, text)),
        )
      : rows !== undefined
        ? h('textarea', { rows, dir: 'auto', ...common })
        : h('input', { type: 'text', ...common });
  const error = h('p', { id: `${id}-error`, class: 'field-error' });
  error.hidden = true;
  const setError = (/** @type {string | null} */ message) => {
    error.hidden = message === null;
    error.textContent = message;
    const described = [hinted, message === null ? null : error.id].filter(Boolean).join(' ');
    if (message === null) input.removeAttribute('aria-invalid');
    else input.setAttribute('aria-invalid', 'true');
    if (described === '') input.removeAttribute('aria-describedby');
    else input.setAttribute('aria-describedby', described);
  };
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    hinted !== null && h('p', { id: hinted, class: 'field-hint' }, hint),
    input,
    error,
  );
  return { name, element, input, setError };
}

/**
 * A form. `onSubmit` is given the texts of the fields by name; what it throws is shown at its field, or above the
 * button.
 *
 * @param {Field[]} fields
 * @param {string} action the label of the button
 * @param {(values: Record<string, string>) => Promise<void>} onSubmit
 * @param {{ fieldOf?: Record<string, string>, more?: Child, messages?: Record<string, string> }} [options] `fieldOf`
 *   says which field the code of a problem is about, `messages` what to say instead of its detail
 */
export function form(fields, action, onSubmit, { fieldOf = {}, messages = {}, more } = {}) {
  const failure = h('p', { class: 'form-error', tabindex: -1 });
  failure.hidden = true;
  const submit = h('button', { type: 'submit', class: 'button is-primary' }, action);
  const element = h(
    'form',
    {
      class: 'form',
      novalidate: true,
      on: {
        submit: (event) => {
          event.preventDefault();
          void send();
        },
      },
    },
    fields.map((each) => each.element),
    failure,
    h('div', { class: 'form-actions' }, more, submit),
  );

  async function send() {
    if (submit.getAttribute('aria-disabled') === 'true') return;
    for (const each of fields) each.setError(null);
    failure.hidden = true;
    const empty = fields.filter(({ input }) => input.required && input.value === '');
    for (const each of empty) each.setError('This is needed.');
    if (empty[0] !== undefined) return empty[0].input.focus();
    submit.setAttribute('aria-disabled', 'true');
    try {
      await onSubmit(Object.fromEntries(fields.map(({ name, input }) => [name, input.value])));
    } catch (error) {
      showError(error);
    } finally {
      submit.removeAttribute('aria-disabled');
    }
  }

  /** @param {unknown} error */
  function showError(error) {
    const faults = faultsOf(error, fieldOf, messages);
    const wrong = fields.filter(({ name }) => faults.has(name));
    for (const each of wrong) each.setError(faults.get(each.name) ?? null);
    if (wrong[0] !== undefined) return wrong[0].input.focus();
    failure.hidden = false;
    fill(failure, error instanceof ApiProblem ? (messages[error.code] ?? explain(error)) : explain(error));
    failure.focus();
  }

  return { element, submit, showError };
}

/**
 * @param {unknown} error
 * @param {Record<string, string>} fieldOf
 * @param {Record<string, string>} messages
 * @returns {Map<string, string>}
 */
function faultsOf(error, fieldOf, messages) {
  if (error instanceof FieldErrors) return error.fields;
  if (!(error instanceof ApiProblem)) return new Map();
  const name = fieldOf[error.code];
  return name === undefined ? error.fields : new Map([[name, messages[error.code] ?? explain(error)]]);
}
