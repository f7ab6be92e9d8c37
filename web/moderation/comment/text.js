// The text of a comment as it was typed. Addresses in it are marked, with their host, and never live.

/** @import { Child } from '../types' */

import { h } from '../dom.js';

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\])}]+/giu;

/**
 * @param {string} body
 * @returns {HTMLElement}
 */
export function bodyText(body) {
  /** @type {Child[]} */
  const parts = [];
  let from = 0;
  for (const { 0: found, index } of body.matchAll(ADDRESS)) {
    const host = hostOf(found);
    if (host === null) continue;
    parts.push(body.slice(from, index), address(found, host));
    from = index + found.length;
  }
  parts.push(body.slice(from));
  return h('div', { class: 'body', dir: 'auto' }, parts);
}

/**
 * The address as it was typed; if that hides where it leads, the host follows.
 *
 * @param {string} text
 * @param {string} host
 */
function address(text, host) {
  const start = text.toLowerCase().indexOf(`//${host}`);
  if (start !== text.indexOf('//')) {
    return h('span', { class: 'address' }, h('bdi', null, text), ' ', h('strong', null, `[${host}]`));
  }
  const end = start + 2 + host.length;
  return h(
    'bdi',
    { class: 'address' },
    text.slice(0, start + 2),
    h('strong', null, text.slice(start + 2, end)),
    text.slice(end),
  );
}

/** @param {string} text */
function hostOf(text) {
  return URL.canParse(text) ? new URL(text).hostname : null;
}
