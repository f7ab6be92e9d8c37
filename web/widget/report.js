// Tells the site's moderators what is wrong with a comment.

/** @import { Context, Settings } from './types' */
/** @typedef {{ reason: string, detail?: string }} Report */

import { problemOf } from './api.js';
import { button, h, set, setText } from './dom.js';
import { secondsToWait, sentence } from './problems.js';
import { Countdown } from './wait.js';

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
  const { element, error, notice, submit, read } = build(cancel, context);
  const countdown = new Countdown(context);
  let busy = false;

  /**
   * @param {HTMLElement} where
   * @param {string | null} text
   */
  const say = (where, text) => {
    setText(where, text ?? '');
    where.hidden = text === null;
  };
  const wait = (/** @type {string} */ text, /** @type {number} */ seconds) =>
    countdown.start(text, seconds, (words, isOver) => {
      say(notice, words);
      notice.classList.toggle('failed', !isOver);
      set(submit, 'aria-disabled', !isOver && 'true');
      return element.isConnected;
    });
  const fail = (/** @type {unknown} */ refusal) => {
    const problem = { max: DETAIL_CHARACTERS, ...problemOf(refusal) };
    const text = sentence(problem, context, settings);
    say(notice, text);
    const seconds = secondsToWait(problem);
    if (seconds > 0) wait(text, seconds);
    announce(notice.textContent ?? text);
  };
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (busy || countdown.left > 0) return;
    const report = read();
    const missing = report === null ? messages.text('report.reason_missing') : null;
    say(error, missing);
    say(notice, null);
    if (report === null) return announce(missing ?? '');
    busy = true;
    set(submit, 'aria-disabled', 'true');
    try {
      await send(report);
    } catch (refusal) {
      set(submit, 'aria-disabled', false);
      if (!signal.aborted) fail(refusal);
    }
    busy = false;
  });
  element.addEventListener('keydown', (event) => {
    const isTouched = read() !== null || element.querySelector('textarea')?.value !== '';
    if (event.key !== 'Escape' || event.isComposing || busy || isTouched) return;
    event.preventDefault();
    cancel();
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
  const notice = h('p', { class: 'notice failed', part: 'notice', hidden: true });
  const detail = h('textarea', { id: `${prefix}-detail`, rows: 2, dir: 'auto', part: 'textarea' });
  const submit = h('button', { type: 'submit', class: 'primary', part: 'button button-primary' },
    messages.text('report.send'));
  const choices = REASONS.map((reason) => h('label', { class: 'choice' },
    h('input', { type: 'radio', name: 'reason', value: reason }), messages.text(`report.${reason}`)));
  const element = h('form', { class: 'form report', part: 'report', novalidate: true },
    h('fieldset', { 'aria-describedby': error.id }, h('legend', null, messages.text('report.heading')), error, choices),
    h('div', { class: 'field', part: 'field' },
      h('label', { for: detail.id, part: 'label' }, messages.text('report.detail')), detail),
    h('div', { class: 'bar' }, button('button', messages.text('form.cancel'), cancel), submit), notice);
  /** @returns {Report | null} */
  const read = () => {
    const reason = new FormData(element).get('reason');
    if (typeof reason !== 'string') return null;
    return { reason, ...(detail.value.trim() && { detail: detail.value.trim() }) };
  };
  return { element, error, notice, submit, read };
}
