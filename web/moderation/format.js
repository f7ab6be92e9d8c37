// Writes dates, times and numbers as the reader's language does.

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const NUMBER = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const MOMENT = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium' });
const DATE = new Intl.DateTimeFormat(navigator.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const PLURAL = new Intl.PluralRules('en');
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/**
 * Such as `5 min. ago` or `in 3 days`.
 *
 * @param {string} iso
 * @param {number} [now] milliseconds
 */
export function relativeTime(iso, now = Date.now()) {
  const seconds = (Date.parse(iso) - now) / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.trunc(seconds / size), unit);
  }
  return seconds > 0 ? 'in a moment' : 'just now';
}

/** @param {string} iso */
export const moment = (iso) => MOMENT.format(new Date(iso));
/** @param {string} iso */
export const day = (iso) => DAY.format(new Date(iso));
/** @param {string} date such as 2026-11-25, in whatever zone it was counted */
export const dayName = (date) => DATE.format(new Date(date));
/** @param {number} value */
export const number = (value) => NUMBER.format(value);
/** @param {number} value such as 12,300, which becomes 12.3K */
export const compact = (value) => (value < 10_000 ? NUMBER.format(value) : COMPACT.format(value));
/** @param {number} share from 0 to 1 */
export const percent = (share) => PERCENT.format(share);

/**
 * A number with its noun: `plural(2, 'comment')` is `2 comments`.
 *
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function plural(count, one, many = `${one}s`) {
  return `${number(count)} ${PLURAL.select(count) === 'one' ? one : many}`;
}

/**
 * The number of characters as the service counts them: a family emoji is one.
 *
 * @param {string} text
 */
export function characters(text) {
  let count = 0;
  for (const _ of SEGMENTER.segment(text)) count += 1;
  return count;
}

/**
 * The beginning of a text on one line.
 *
 * @param {string} text
 * @param {number} length
 */
export function excerpt(text, length) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  return `${Array.from(SEGMENTER.segment(line.slice(0, length + 50)), ({ segment }) => segment)
    .slice(0, length)
    .join('')}…`;
}
