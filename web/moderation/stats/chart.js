// Draws bars, one for each day. The same numbers are in a table, for those who don't see them.

import { h } from '../dom.js';
import { compact, dayName, number } from '../format.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const HEIGHT = 100;
/** The share of its day that a bar takes. */
const BAR = 0.76;

/**
 * @param {string} title what is counted
 * @param {readonly { day: string, count: number }[]} days oldest first
 */
export function barChart(title, days) {
  const top = niceTop(Math.max(...days.map(({ count }) => count)));
  const [first, last] = [days[0], days.at(-1)];
  const svg = shape('svg', {
    viewBox: `0 0 ${days.length} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    class: 'bars',
    'aria-label': `${title} by day; the numbers are in the table below`,
  });
  for (const [index, { day, count }] of days.entries()) {
    const height = top === 0 ? 0 : (count / top) * HEIGHT;
    const group = shape('g', {});
    const tip = shape('title', {});
    tip.textContent = `${dayName(day)}: ${number(count)}`;
    group.append(
      tip,
      shape('rect', { x: index, y: 0, width: 1, height: HEIGHT, class: 'bar-room' }),
      shape('rect', { x: index + (1 - BAR) / 2, y: HEIGHT - height, width: BAR, height, class: 'bar' }),
    );
    svg.append(group);
  }
  return h(
    'figure',
    { class: 'chart' },
    h(
      'div',
      { class: 'chart-scale', 'aria-hidden': 'true' },
      [top, top / 2, 0].map((value, index) =>
        h('span', { class: 'number' }, Number.isInteger(value) && (top > 0 || index === 2) ? compact(value) : ''),
      ),
    ),
    h('div', { class: 'chart-room' }, svg),
    h(
      'div',
      { class: 'chart-days', 'aria-hidden': 'true' },
      h('span', null, first === undefined ? '' : dayName(first.day)),
      h('span', null, last === undefined ? '' : dayName(last.day)),
    ),
  );
}

/**
 * A round number that all bars fit below.
 *
 * @param {number} most
 */
function niceTop(most) {
  if (most <= 0) return 0;
  const step = 10 ** Math.floor(Math.log10(most));
  const factor = [1, 2, 4, 5, 6, 8, 10].find((each) => each * step >= most) ?? 10;
  return Math.max(2, factor * step);
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function shape(tag, attributes) {
  const element = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
