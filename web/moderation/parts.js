// Small parts that all screens are made of.

/** @import { IconName } from './icons.js' */
/** @import { Child, Status } from './types' */

import { h } from './dom.js';
import { moment, relativeTime } from './format.js';
import { icon } from './icons.js';

/** @typedef {'plain' | 'primary' | 'quiet' | 'good' | 'danger' | 'warning'} Tone */

/**
 * A button. Its key is shown for the eye only, while keys are on.
 *
 * @param {string} label
 * @param {() => void} onClick
 * @param {{ icon?: IconName, key?: string, tone?: Tone, class?: string }} [options]
 */
export function button(label, onClick, { icon: name, key, tone = 'plain', class: more = '' } = {}) {
  return h(
    'button',
    { type: 'button', class: `button is-${tone} ${more}`.trim(), on: { click: onClick } },
    name && icon(name),
    h('span', { class: 'button-label' }, label),
    key && h('span', { class: 'button-key', 'aria-hidden': 'true' }, keyCaps(key)),
  );
}

/**
 * A button that is only an icon; the label is for screen readers and the tooltip.
 *
 * @param {string} label
 * @param {IconName} name
 * @param {() => void} onClick
 */
export function iconButton(label, name, onClick) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', title: label, 'aria-label': label, on: { click: onClick } },
    icon(name),
  );
}

/**
 * A link within the page, or out of it.
 *
 * @param {string} href
 * @param {...Child} children
 */
export function link(href, ...children) {
  const isOutside = !href.startsWith('#');
  return h(
    'a',
    {
      class: 'link',
      href,
      target: isOutside ? '_blank' : null,
      rel: isOutside ? 'noopener noreferrer' : null,
    },
    children,
    isOutside && [icon('external'), h('span', { class: 'visually-hidden' }, ' (opens in a new tab)')],
  );
}

/**
 * A time as one says it, kept fresh; the exact one is in the tooltip.
 *
 * @param {string} iso
 */
export function timeElement(iso) {
  return h('time', { datetime: iso, title: moment(iso), dataset: { relative: '' } }, relativeTime(iso));
}

/** Keeps all times fresh, for the life of the page. */
export function startTimes() {
  setInterval(() => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll('time[data-relative]')) {
      const text = relativeTime(element.getAttribute('datetime') ?? '');
      if (element.textContent !== text) element.textContent = text;
    }
  }, 30_000);
}

/** @type {Record<Status, [string, Tone]>} */
const STATUSES = {
  pending: ['Waiting', 'warning'],
  published: ['Published', 'good'],
  rejected: ['Rejected', 'danger'],
  spam: ['Spam', 'danger'],
  deleted: ['Deleted', 'plain'],
};

/** @param {Status} status */
export function statusBadge(status) {
  const [label, tone] = STATUSES[status];
  return badge(label, tone);
}

/**
 * @param {Child} label
 * @param {Tone} [tone]
 */
export function badge(label, tone = 'plain') {
  return h('span', { class: `badge is-${tone}` }, label);
}

/**
 * Something that people wrote, in its own direction.
 *
 * @param {string} text
 * @param {string} [className]
 */
export function written(text, className = '') {
  return h('bdi', { class: `written ${className}`.trim() }, text);
}

/**
 * A key as it is printed on the keyboard.
 *
 * @param {string} key
 */
export function keyCaps(key) {
  return h(
    'span',
    { class: 'keys' },
    key
      .split('+')
      .map((part) =>
        h('kbd', null, part === 'shift' ? '⇧' : part === 'Enter' ? '↵' : part === 'Escape' ? 'Esc' : part),
      ),
  );
}
