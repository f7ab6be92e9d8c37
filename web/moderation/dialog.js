// Dialogs and popovers: the browser's own, which keep the focus, close with Escape, and give the focus back.

/** @import { Child } from './types' */

import { h } from './dom.js';
import { iconButton } from './parts.js';

let count = 0;

/**
 * Opens a dialog over the page.
 *
 * @param {string} title
 * @param {Child} content
 * @param {{ isWide?: boolean, stays?: boolean, onClose?: () => void }} [options] `stays`: only its buttons close it,
 *   because what it shows is shown once
 * @returns {{ element: HTMLDialogElement, close: () => void }}
 */
export function openDialog(title, content, { isWide = false, stays = false, onClose } = {}) {
  const id = `dialog-${(count += 1)}`;
  const opener = document.activeElement;
  const close = () => element.close();
  const element = h(
    'dialog',
    { class: isWide ? 'dialog is-wide' : 'dialog', 'aria-labelledby': id },
    h('header', { class: 'dialog-head' }, h('h2', { id }, title), iconButton('Close', 'close', close)),
    h('div', { class: 'dialog-body' }, content),
  );
  element.addEventListener('click', (event) => {
    // The backdrop belongs to the dialog, what stands on it doesn't.
    if (!stays && event.target === element && isOutside(element, event)) close();
  });
  element.addEventListener('cancel', (event) => {
    if (stays) event.preventDefault();
  });
  element.addEventListener('close', () => {
    element.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    onClose?.();
  });
  document.body.append(element);
  element.showModal();
  const field = element.querySelector('.dialog-body input, .dialog-body select, .dialog-body textarea');
  if (field instanceof HTMLElement) field.focus();
  return { element, close };
}

/**
 * Asks before something that can't be taken back.
 *
 * @param {string} title
 * @param {Child} text
 * @param {string} action the label of the button that does it
 * @returns {Promise<boolean>}
 */
export function confirmDialog(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    const { close } = openDialog(
      title,
      [
        h('p', null, text),
        h(
          'div',
          { class: 'form-actions' },
          h('button', { type: 'button', class: 'button', on: { click: () => close() } }, 'Cancel'),
          h(
            'button',
            {
              type: 'button',
              class: 'button is-danger',
              on: {
                click: () => {
                  answer = true;
                  close();
                },
              },
            },
            action,
          ),
        ),
      ],
      { onClose: () => resolve(answer) },
    );
  });
}

/**
 * Opens a small panel below a button. It closes by itself when something else is used.
 *
 * @param {HTMLElement} anchor
 * @param {string} label
 * @param {Child} content
 * @returns {{ element: HTMLElement, close: () => void }}
 */
export function openPopover(anchor, label, content) {
  const element = h('div', { class: 'popover', popover: 'auto', role: 'dialog', 'aria-label': label }, content);
  const close = () => element.hidePopover();
  element.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== 'closed') return;
    const hadFocus = element.contains(document.activeElement) || document.activeElement === document.body;
    element.remove();
    anchor.setAttribute('aria-expanded', 'false');
    if (hadFocus && anchor.isConnected) anchor.focus({ preventScroll: true });
  });
  document.body.append(element);
  element.showPopover();
  anchor.setAttribute('aria-expanded', 'true');
  place(element, anchor);
  const first = element.querySelector('input, select, textarea, button');
  if (first instanceof HTMLElement) first.focus();
  return { element, close };
}

/**
 * Puts a panel below its button, within the window.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} anchor
 */
function place(element, anchor) {
  const from = anchor.getBoundingClientRect();
  const margin = 8;
  const left = Math.min(from.left, innerWidth - element.offsetWidth - margin);
  const below = from.bottom + margin / 2;
  const fits = below + element.offsetHeight <= innerHeight - margin;
  element.style.left = `${Math.max(margin, left)}px`;
  element.style.top = `${fits ? below : Math.max(margin, from.top - element.offsetHeight - margin / 2)}px`;
}

/**
 * @param {Element} element
 * @param {MouseEvent} event
 */
function isOutside(element, { clientX, clientY }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
