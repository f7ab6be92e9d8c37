// Tells the site's moderators what is wrong with a comment.

/** @import { Context, Settings } from './types' */
/** @typedef {{ reason: string, detail?: string }} Report */

import { problemOf } from './api.js';
import { button, h, set, setText } from './dom.js';
import { sentences } from './problems.js';

const REASONS = ['spam', 'abuse', 'off_topic', 'illegal', 'other'];
const DETAIL_CHARACTERS = 1_000;
let reports = 0;

/**
 * The form of a report.
 *
 * @param {{ send: (report: Report) => Promise<void>, cancel: () => void }} options
 * @param {Context} context
 * @param {Settings} settings
 */
export function reportForm({ send, cancel }, context, settings) {
  const { messages, announce, signal } = context;
  const { element, error, submit, read } = build(cancel, context);
  let busy = false;

  /** @param {string} text */
  const fail = (text) => {
    setText(error, text);
    error.hidden = false;
    announce(text);
  };
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    const report = read();
    if (busy) return;
    if (report === null) return fail(messages.text('report.reason_missing'));
    busy = true;
    set(submit, 'aria-disabled', 'true');
    try {
      await send(report);
    } catch (refusal) {
      if (!signal.aborted) fail(sentences({ max: DETAIL_CHARACTERS, ...problemOf(refusal) }, context, settings));
    }
    busy = false;
    set(submit, 'aria-disabled', false);
  });
  return element;
}

/**
 * @param {() => void} cancel
 * @param {Context} context
 */
function build(cancel, { messages }) {
  const prefix = `r${(reports += 1)}`;
  const error = h('p', { class: 'error', id: `${prefix}-error`, hidden: true });
  const detail = h('textarea', { id: `${prefix}-detail`, rows: 2, dir: 'auto', part: 'textarea' });
  const submit = h('button', { type: 'submit', class: 'primary', part: 'button button-primary' },
    messages.text('report.send'));
  const choices = REASONS.map((reason) => h('label', { class: 'choice' },
    h('input', { type: 'radio', name: 'reason', value: reason }), messages.text(`report.${reason}`)));
  const element = h('form', { class: 'form report', part: 'report', novalidate: true },
    h('fieldset', { 'aria-describedby': error.id }, h('legend', null, messages.text('report.heading')), choices),
    h('label', { for: detail.id, part: 'label' }, messages.text('report.detail')), detail, error,
    h('div', { class: 'bar' }, button('button', messages.text('form.cancel'), cancel), submit));
  /** @returns {Report | null} */
  const read = () => {
    const reason = new FormData(element).get('reason');
    if (typeof reason !== 'string') return null;
    return { reason, ...(detail.value.trim() && { detail: detail.value.trim() }) };
  };
  return { element, error, submit, read };
}
