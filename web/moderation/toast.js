// Messages at the bottom of the window, and the bar that takes back what was done.

import { announce } from './announce.js';
import { explain } from './api.js';
import { h } from './dom.js';
import { button, iconButton } from './parts.js';

const UNDO_SECONDS = 10;
const TOAST_SECONDS = 6;
const REMEMBERED = 20;
const AT_ONCE = 3;

/** @typedef {{ run: () => Promise<string> }} Undo */

/** @type {Undo[]} what can be taken back, the latest last */
const undos = [];
let bar = new AbortController();
/** @type {AbortController[]} */
const shown = [];

/**
 * Shows a message for some seconds.
 *
 * @param {string} message
 * @param {'plain' | 'danger'} [tone]
 */
export function toast(message, tone = 'plain') {
  const ending = new AbortController();
  const element = h(
    'div',
    { class: `toast is-${tone}` },
    h('p', null, message),
    iconButton('Dismiss', 'close', () => ending.abort()),
  );
  show(element, TOAST_SECONDS, ending, () => {});
  announce(message);
}

/**
 * Shows why something failed.
 *
 * @param {unknown} error
 * @param {string} [what] what was tried, such as `Not rejected`
 */
export function toastError(error, what) {
  toast(what === undefined ? explain(error) : `${what}: ${explain(error)}`, 'danger');
}

/**
 * Says what was done, and offers to take it back. `run` answers with a sentence about how that went.
 *
 * @param {string} message such as `Rejected.`
 * @param {() => Promise<string>} run
 * @returns {{ withdraw: () => void, amend: (message: string) => void }} for when it turns out that nothing was done, or
 *   less
 */
export function offerUndo(message, run) {
  const undo = { run };
  undos.push(undo);
  undos.splice(0, undos.length - REMEMBERED);
  bar.abort();
  bar = new AbortController();
  const ending = bar;
  const text = h('p', null, message);
  const left = h('span', { class: 'undo-left', 'aria-hidden': 'true' });
  const element = h(
    'section',
    { class: 'toast undo-bar', 'aria-label': 'What was done last' },
    text,
    button('Undo', () => void takeBack(undo), { key: 'u', tone: 'quiet' }),
    left,
    iconButton('Dismiss', 'close', () => ending.abort()),
  );
  show(element, UNDO_SECONDS, ending, (seconds) => {
    left.textContent = `${Math.ceil(seconds)} s`;
    element.style.setProperty('--left', String(seconds / UNDO_SECONDS));
  });
  announce(message);
  return {
    amend: (message) => {
      text.textContent = message;
    },
    withdraw: () => {
      if (undos.includes(undo)) undos.splice(undos.indexOf(undo), 1);
      ending.abort();
    },
  };
}

/** Takes back what was done last; also when its bar is gone. */
export function undoLast() {
  const undo = undos.at(-1);
  if (undo === undefined) announce('There is nothing to undo.');
  else void takeBack(undo);
}

/** Forgets everything, because somebody else may sit here now. */
export function forgetUndos() {
  undos.length = 0;
  bar.abort();
}

/** @param {Undo} undo */
async function takeBack(undo) {
  const index = undos.indexOf(undo);
  if (index === -1) return;
  undos.splice(index, 1);
  bar.abort();
  try {
    toast(await undo.run());
  } catch (error) {
    toastError(error, 'Not undone');
  }
}

/**
 * Shows an element until its time is over. The time stands still while somebody points at it or is in it.
 *
 * @param {HTMLElement} element
 * @param {number} seconds
 * @param {AbortController} ending
 * @param {(seconds: number) => void} onTick
 */
function show(element, seconds, ending, onTick) {
  const step = 0.25;
  let left = seconds;
  onTick(left);
  const timer = setInterval(() => {
    if (element.matches(':hover, :focus-within')) return;
    left -= step;
    if (left <= 0) ending.abort();
    else onTick(left);
  }, step * 1000);
  ending.signal.addEventListener('abort', () => {
    clearInterval(timer);
    element.remove();
  });
  shown.push(ending);
  ending.signal.addEventListener('abort', () => shown.splice(shown.indexOf(ending), 1));
  if (shown.length > AT_ONCE) shown[0]?.abort();
  document.getElementById('toasts')?.append(element);
}
