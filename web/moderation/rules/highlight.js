// Marks what a rule matched within a text.

/** @import { Child, TextRange } from '../types' */

import { h } from '../dom.js';

const BEFORE = 80;
const SHOWN = 400;

/**
 * The text with its matches marked; of a long one the part around the first match.
 *
 * @param {string} text
 * @param {TextRange[]} ranges in code points
 */
export function highlighted(text, ranges) {
  const points = Array.from(text);
  const first = ranges[0]?.[0] ?? 0;
  const from = points.length <= SHOWN ? 0 : Math.max(0, first - BEFORE);
  const to = Math.min(points.length, from + SHOWN);
  /** @type {Child[]} */
  const parts = from > 0 ? ['…'] : [];
  let at = from;
  for (const [begin = 0, end = begin] of ranges) {
    if (begin < at || begin >= to) continue;
    parts.push(points.slice(at, begin).join(''), h('mark', null, points.slice(begin, Math.min(end, to)).join('')));
    at = Math.min(end, to);
  }
  parts.push(points.slice(at, to).join(''), to < points.length && '…');
  return h('div', { class: 'body', dir: 'auto' }, parts);
}
