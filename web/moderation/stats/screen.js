// Numbers: what was written and decided on a site, day by day.

/** @import { Place, Screen, SiteSettings, Stats } from '../types' */

import { findSiteSettings, readStats } from '../calls.js';
import { fill, h } from '../dom.js';
import { compact, dayName, number } from '../format.js';
import { filter, oneSite, page } from '../page.js';
import { loadInto } from '../states.js';
import { barChart } from './chart.js';
import { originsPart } from './origins.js';

/** @type {[Stats['window'], string][]} */
const WINDOWS = [
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
];

/** @type {[keyof Stats['totals'], string][]} */
const MEASURES = [
  ['comments', 'Comments'],
  ['held', 'Held'],
  ['approved', 'Approved'],
  ['rejected', 'Rejected'],
  ['spam', 'Spam'],
  ['deleted', 'Deleted'],
  ['reports', 'Reports'],
  ['blocked_requests', 'Blocked requests'],
];

/** @type {Screen} */
export const statsScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  let measure = MEASURES[0]?.[0] ?? 'comments';
  let loading = new AbortController();
  signal.addEventListener('abort', () => loading.abort());
  const span = filter('Days', 'window', WINDOWS, () => ({
    ...place,
    query: { ...place.query, window: windowOf(place) },
  }));
  const { heading, add } = page(main, 'Stats', { actions: span.element });
  const room = h('div', { class: 'stack' });
  add(room);
  load();

  function load() {
    loading.abort();
    loading = new AbortController();
    const { signal: mine } = loading;
    void loadInto(
      room,
      mine,
      async () => {
        const site = await oneSite(place, mine);
        const [stats, settings] = await Promise.all([
          readStats(site, windowOf(place), mine),
          findSiteSettings(site, mine),
        ]);
        return { stats, settings };
      },
      draw,
    );
  }

  /** @param {{ stats: Stats, settings: SiteSettings }} loaded */
  function draw({ stats, settings }) {
    fill(heading, `Stats of ${stats.site}`);
    const chart = h('div', { class: 'chart-part' });
    const tiles = MEASURES.map(([name, label]) => ({
      name,
      element: tile(label, stats.totals[name], () => choose(name)),
    }));

    /** @param {typeof measure} chosen */
    function choose(chosen) {
      measure = chosen;
      for (const { name, element } of tiles) element.setAttribute('aria-pressed', String(name === measure));
      const label = MEASURES.find(([name]) => name === measure)?.[1] ?? '';
      fill(
        chart,
        barChart(
          label,
          stats.days.map((day) => ({ day: day.day, count: day[measure] })),
        ),
      );
    }
    choose(measure);

    return [
      h(
        'section',
        { class: 'panel stack', 'aria-label': 'By day' },
        h(
          'div',
          { class: 'tiles', role: 'group', 'aria-label': 'What the bars show' },
          tiles.map(({ element }) => element),
        ),
        chart,
        table(stats),
      ),
      originsPart(stats, settings),
      h('p', { class: 'aside' }, 'Days are those of UTC; the last one is today.'),
    ];
  }

  return {
    update: (next) => {
      place = next;
      span.draw();
      load();
    },
  };
};

/**
 * @param {Place} place
 * @returns {Stats['window']}
 */
function windowOf({ query }) {
  return WINDOWS.find(([value]) => value === query.window)?.[0] ?? '7d';
}

/**
 * A total that can be chosen for the bars.
 *
 * @param {string} label
 * @param {number} count
 * @param {() => void} onClick
 */
function tile(label, count, onClick) {
  return h(
    'button',
    { type: 'button', class: 'tile', 'aria-pressed': 'false', title: number(count), on: { click: onClick } },
    h('span', { class: 'tile-label' }, label),
    h('span', { class: 'tile-count number' }, compact(count)),
  );
}

/** @param {Stats} stats */
function table({ days, totals }) {
  return h(
    'details',
    { class: 'as-table' },
    h('summary', null, 'As a table'),
    h(
      'div',
      { class: 'table-room', tabindex: 0, role: 'region', 'aria-label': 'Numbers by day' },
      h(
        'table',
        { class: 'table' },
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            h('th', { scope: 'col' }, 'Day'),
            MEASURES.map(([, label]) => h('th', { scope: 'col', class: 'number' }, label)),
          ),
        ),
        h(
          'tbody',
          null,
          [...days].reverse().map((day) =>
            h(
              'tr',
              null,
              h('th', { scope: 'row' }, dayName(day.day)),
              MEASURES.map(([name]) => h('td', { class: 'number' }, number(day[name]))),
            ),
          ),
        ),
        h(
          'tfoot',
          null,
          h(
            'tr',
            null,
            h('th', { scope: 'row' }, 'All'),
            MEASURES.map(([name]) => h('td', { class: 'number' }, number(totals[name]))),
          ),
        ),
      ),
    ),
  );
}
