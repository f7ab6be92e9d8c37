// The tabs and filters of the queue, and the query that they make.

/** @import { AdminComment, HoldReason, Place, Query, QueueCounts } from '../types' */

import { HOLD_LABELS } from '../comment/why.js';
import { countsOf } from '../counts.js';
import { fill, h, settled } from '../dom.js';
import { compact } from '../format.js';
import { icon } from '../icons.js';
import { button, keyCaps } from '../parts.js';
import { addressOf, go } from '../router.js';

const SEARCH_MILLISECONDS = 300;

/**
 * @typedef {object} Tab
 * @property {string} name
 * @property {string} label
 * @property {keyof QueueCounts | null} count
 * @property {Query} query
 * @property {(comment: AdminComment) => boolean} holds whether a comment belongs here
 * @property {[title: string, text: string]} empty
 */

/** @type {readonly [Tab, ...Tab[]]} */
export const TABS = [
  {
    name: 'pending',
    label: 'Pending',
    count: 'pending',
    query: { status: 'pending' },
    holds: ({ status }) => status === 'pending',
    empty: ['All caught up', 'No comment waits for a decision.'],
  },
  {
    name: 'reported',
    label: 'Reported',
    count: 'reported',
    query: { reported: true },
    holds: ({ report_count }) => report_count > 0,
    empty: ['No open reports', 'Readers have nothing to complain about.'],
  },
  {
    name: 'spam',
    label: 'Spam',
    count: 'spam',
    query: { status: 'spam' },
    holds: ({ status }) => status === 'spam',
    empty: ['No spam', 'What is marked as spam is kept here.'],
  },
  {
    name: 'recent',
    label: 'Recent',
    count: null,
    query: { status: 'published' },
    holds: ({ status }) => status === 'published',
    empty: ['Nothing published yet', 'New comments appear here.'],
  },
  {
    name: 'rejected',
    label: 'Rejected',
    count: 'rejected',
    query: { status: 'rejected' },
    holds: ({ status }) => status === 'rejected',
    empty: ['Nothing rejected', 'What is rejected is kept here.'],
  },
];

/** What stands in the address and narrows the list. */
const FILTERS = ['site', 'q', 'hold', 'sort', 'thread', 'author', 'network'];
/** Those that are set by links, and shown as something to take away. */
const LINKED = /** @type {const} */ ({ thread: 'One article', author: 'One author', network: 'One network' });

/**
 * @param {Place} place
 * @returns {Tab}
 */
export function tabOf({ params }) {
  return TABS.find(({ name }) => name === params.tab) ?? TABS[0];
}

/**
 * What the API is asked.
 *
 * @param {Place} place
 * @returns {Query}
 */
export function queryOf(place) {
  return { ...tabOf(place).query, ...filtersOf(place) };
}

/**
 * @param {Place} place
 * @returns {Record<string, string>}
 */
export function filtersOf({ query }) {
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => FILTERS.includes(name) && value !== ''));
}

/**
 * Whether all of the tab is shown, so that its count is that of the list.
 *
 * @param {Place} place
 */
export function isWhole(place) {
  return Object.keys(filtersOf(place)).every((name) => name === 'site' || name === 'sort');
}

/**
 * Goes to the same list with other filters, or to another tab.
 *
 * @param {Place} place
 * @param {Query} changes
 * @param {string} [tab]
 */
export function goFiltered(place, changes, tab = tabOf(place).name) {
  go(`queue/${tab}`, { ...filtersOf(place), ...changes });
}

/** @param {Place} place */
export function tabsOf(place) {
  const current = tabOf(place);
  const counts = countsOf(place.query.site);
  const { hold: _hold, ...kept } = filtersOf(place);
  return TABS.map((tab, index) => {
    const count = tab.count === null ? null : (counts?.[tab.count] ?? null);
    return h(
      'a',
      {
        class: 'tab',
        href: addressOf(`queue/${tab.name}`, tab.name === 'pending' ? filtersOf(place) : kept),
        'aria-current': tab === current && 'page',
        'aria-keyshortcuts': String(index + 1),
      },
      tab.label,
      count !== null && h('span', { class: 'count' }, compact(count)),
    );
  });
}

/**
 * The search and the choices above the list.
 *
 * @param {() => Place} place
 */
export function filterBar(place) {
  const search = h('input', {
    type: 'search',
    class: 'input',
    name: 'q',
    'aria-label': 'Search text and authors',
    placeholder: 'Search text and authors',
    autocomplete: 'off',
    dir: 'auto',
    'aria-keyshortcuts': '/',
  });
  const apply = settled(() => {
    const q = search.value.trim();
    if (q !== (place().query.q ?? '')) {
      go(`queue/${tabOf(place()).name}`, { ...filtersOf(place()), q }, { replace: true });
    }
  }, SEARCH_MILLISECONDS);
  search.addEventListener('input', apply);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && search.value === '') search.blur();
  });
  const hold = choice('Why it waits', 'hold', [['', 'Any reason'], ...Object.entries(HOLD_LABELS)], place);
  const sort = choice(
    'Order',
    'sort',
    [
      ['', 'Newest'],
      ['oldest', 'Oldest'],
    ],
    place,
  );
  const linked = h('div', { class: 'linked' });
  const element = h(
    'div',
    { class: 'filters' },
    h(
      'div',
      { class: 'search' },
      icon('search'),
      search,
      h('span', { class: 'only-with-keys', 'aria-hidden': 'true' }, keyCaps('/')),
    ),
    linked,
  );

  /** Shows what the address says. */
  function draw() {
    const { query } = place();
    if (document.activeElement !== search) search.value = query.q ?? '';
    hold.value = query.hold ?? '';
    sort.value = query.sort === 'oldest' ? 'oldest' : '';
    hold.hidden = tabOf(place()).name !== 'pending';
    fill(
      linked,
      Object.entries(LINKED).map(
        ([name, label]) =>
          query[name] !== undefined &&
          button(label, () => goFiltered(place(), { [name]: '' }), { icon: 'close', class: 'chip' }),
      ),
    );
  }

  return { element, choices: h('div', { class: 'quiet-choices' }, hold, sort), draw, focus: () => search.select() };
}

/**
 * @param {string} label
 * @param {'hold' | 'sort'} name
 * @param {[value: HoldReason | string, label: string][]} options
 * @param {() => Place} place
 */
function choice(label, name, options, place) {
  const element = h(
    'select',
    {
      class: 'quiet-choice',
      'aria-label': label,
      on: { change: () => goFiltered(place(), { [name]: element.value }) },
    },
    options.map(([value, text]) => h('option', { value }, text)),
  );
  return element;
}
