// Bans in words.

/** @import { Ban, Child } from '../types' */

import { h } from '../dom.js';
import { badge, timeElement, written } from '../parts.js';

const NETWORK_CHARACTERS = 9;

/**
 * Who is banned.
 *
 * @param {Ban} ban
 * @returns {Child}
 */
export function whoIsBanned({ author, network }) {
  if (author !== null) return author.name === '' ? 'A writer without a name' : written(author.name);
  const name = network ?? '';
  return ['Network ', h('code', { title: name }, `${name.slice(0, NETWORK_CHARACTERS)}…`)];
}

/** @param {Ban} ban */
export function banBadge({ is_active }) {
  return is_active ? badge('Active', 'danger') : badge('Ended');
}

/**
 * For how long.
 *
 * @param {Ban} ban
 * @returns {Child}
 */
export function banEnd({ ends_at, is_active }) {
  if (ends_at === null) return is_active ? 'for good' : 'ended';
  return [is_active ? 'ends ' : 'ended ', timeElement(ends_at)];
}
