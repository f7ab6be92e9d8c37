// Tells the site's moderators what is wrong with a comment.

/** @import { Context, Problem, Settings } from './types' */

import { problemOf } from './api.js';
import { button, h, set, setText } from './dom.js';
import { sentence, waiting } from './problems.js';

const REASONS = ['spam', 'abuse', 'off_topic', 'illegal', 'other'];
let reports = 0;

/**
 * The form of a report.
 *
 * @param {{ send: (report: { reason: string, detail?: string }) => Promise<void>, cancel: () => void }} options
 * @param {Context} context
 * @param {Settings} settings
 */
export function reportForm({ send, cancel }, context, settings) {
  const { messages } = context;
  const prefix = `r${(reports += 1)}`;
  const error = h('p', { class: 'error', id: `${prefix}-error`, hidden: true });
  const detail = h('textarea', { id: `${prefix}-detail`, rows: 2, dir: 'auto', part: 'textarea' });
  const submit = h('button', { type: 'submit', class: 'primary', part: 'button button-primary' }, messages.text('report.send'));
  let busy = false;

  /** @param {string} text */
  const fail = (text) => {
    setText(error, text);
    error.hidden = false;
    context.announce(text);
  };
  /** @param {Problem} problem */
  const refuse = (problem) => {
    const seconds = problem.code === 'banned' ? undefined : problem.retry_after_seconds;
    const text = sentence({ max: 1_000, ...problem }, context, settings);
    fail(seconds ? `${text} ${waiting(seconds, context)}` : text);
  };
  const submitted = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const reason = new FormData(element).get('reason');
    if (busy) return;
    if (typeof reason !== 'string') return fail(messages.text('report.reason_missing'));
    busy = true;
    set(submit, 'aria-disabled', 'true');
    try {
      await send({ reason, ...(detail.value.trim() && { detail: detail.value }) });
    } catch (problem) {
      if (!context.signal.aborted) refuse(problemOf(problem));
    }
    busy = false;
    set(submit, 'aria-disabled', false);
  };
  const choices = REASONS.map((reason) => h('label', { class: 'choice' },
    h('input', { type: 'radio', name: 'reason', value: reason }), messages.text(`report.${reason}`)));
  const element = h('form', { class: 'form report', part: 'report', novalidate: true, on: { submit: submitted } },
    h('fieldset', { 'aria-describedby': error.id }, h('legend', null, messages.text('report.heading')), choices),
    h('label', { for: detail.id, part: 'label' }, messages.text('report.detail')), detail, error,
    h('div', { class: 'bar' }, button('button', messages.text('form.cancel'), cancel), submit));
  return element;
}
