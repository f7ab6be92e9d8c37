// The icons: strokes on a grid of 16, in the colour of the text. They say nothing to a screen reader.

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** @satisfies {Record<string, string>} */
const PATHS = {
  account: 'M8 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M2.5 14c.6-2.7 2.8-4 5.5-4s4.9 1.3 5.5 4',
  approve: 'm3 8.5 3.5 3.5L13 4.5',
  back: 'M10 3 5 8l5 5',
  ban: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M3.8 3.8l8.4 8.4',
  close: 'm4 4 8 8m0-8-8 8',
  delete: 'M3 4.5h10 M6.5 4.5v-2h3v2 M4.5 4.5l.5 9h6l.5-9',
  down: 'm4 6 4 4 4-4',
  external: 'M6.5 3.5H3v9.5h9.5V9.5 M9.5 2.5h4v4 M13.5 2.5 7.5 8.5',
  flag: 'M3.5 14V2.5h8l-1.5 3 1.5 3h-8',
  hold: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M8 4.5V8l2.5 1.5',
  keys: 'M1.5 4h13v8h-13z M4 6.5h.01 M6.7 6.5h.01 M9.3 6.5h.01 M12 6.5h.01 M5 9.5h6',
  log: 'M3 3.5h10 M3 6.5h10 M3 9.5h7 M3 12.5h5',
  menu: 'M2.5 4.5h11 M2.5 8h11 M2.5 11.5h11',
  moon: 'M13 9.7A5.5 5.5 0 0 1 6.3 3 5.5 5.5 0 1 0 13 9.7z',
  pin: 'M6 2.5h4l-.5 4 2.5 2.5H4l2.5-2.5z M8 9v5',
  queue: 'M2.5 9.5h3l1 2h3l1-2h3 M2.5 9.5 4.5 3h7l2 6.5V13h-11z',
  reject: 'm4 4 8 8m0-8-8 8',
  reply: 'M6.5 3.5 2.5 7.5l4 4 M2.5 7.5h6.5a4.5 4.5 0 0 1 4.5 5',
  restore: 'M3 3v3.5h3.5 M3.3 6.5a5.3 5.3 0 1 1-.6 3.5',
  rules: 'M2.5 3.5h11l-4.2 5v4.5l-2.6-1.5v-3z',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z M10.3 10.3 13.5 13.5',
  sites: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M2 8h12 M8 2c2 2 2.5 4 2.5 6S10 12 8 14c-2-2-2.5-4-2.5-6S6 4 8 2z',
  spam: 'M5.5 2.5h5l3 3v5l-3 3h-5l-3-3v-5z M8 5v3.5 M8 11h.01',
  staff:
    'M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M1.5 13c.4-2.3 2.2-3.5 4.5-3.5s4.1 1.2 4.5 3.5 M10.5 3.2a2.5 2.5 0 0 1 0 4.6 M12 9.8c1.4.5 2.3 1.6 2.5 3.2',
  stats: 'M2.5 13.5h11 M4.5 11V8 M8 11V3.5 M11.5 11V6',
  sun: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M8 1.5v1.5 M8 13v1.5 M1.5 8H3 M13 8h1.5 M3.4 3.4l1 1 M11.6 11.6l1 1 M12.6 3.4l-1 1 M4.4 11.6l-1 1',
  system: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M8 2v12 M8 5h4.5 M8 8h6 M8 11h4.5',
  threads: 'M2.5 3h11v7.5H7.5L4.5 13v-2.5h-2z',
  exit: 'M6.5 2.5h-4v11h4 M10 5l3 3-3 3 M13 8H6',
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(NAMESPACE, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
