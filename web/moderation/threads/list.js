// The threads: the articles that somebody has written to.

/** @import { AdminThread, Child, Screen } from '../types' */

import { listThreads } from '../calls.js';
import { h } from '../dom.js';
import { compact, plural } from '../format.js';
import { entry, filter, page } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { searchField } from '../search.js';
import { emptyState } from '../states.js';

/** @type {Screen} */
export const threadsScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  const state = filter(
    'State',
    'state',
    [
      ['', 'Open and closed'],
      ['open', 'Open'],
      ['closed', 'Closed'],
    ],
    () => place,
  );
  const search = searchField('Search titles and keys', () => place);
  const list = pagedList(
    {
      label: 'Threads',
      noun: ['thread', 'threads'],
      load: async (query, mine) => {
        const { site, state, q } = place.query;
        const { threads, next_cursor } = await listThreads({ ...query, site, state, q }, mine);
        return { items: threads, next_cursor };
      },
      id: ({ id }) => id,
      row: threadRow,
      empty: () =>
        place.query.q || place.query.state
          ? emptyState('No thread fits', 'Try another search, or another state.', { icon: 'search' })
          : emptyState('No threads yet', 'A thread appears here with its first comment.', { icon: 'threads' }),
    },
    signal,
  );
  const { add } = page(main, 'Threads');
  add(h('div', { class: 'filter-bar', role: 'search' }, search.element, state.element), list.element);
  void list.reload();

  return {
    update: (next) => {
      place = next;
      state.draw();
      search.draw();
      void list.reload();
    },
  };
};

/** @param {AdminThread} thread */
function threadRow(thread) {
  const { id, site, title, key, comment_count, last_comment_at } = thread;
  return entry(addressOf(`threads/${id}`), written(title ?? key), {
    badges: stateBadges(thread),
    below: [
      site,
      ' · ',
      title !== null && [written(key), ' · '],
      last_comment_at === null ? 'no published comment' : ['last comment ', timeElement(last_comment_at)],
    ],
    aside: h(
      'span',
      { class: 'number', title: plural(comment_count, 'published comment') },
      compact(comment_count),
      h('span', null, comment_count === 1 ? ' comment' : ' comments'),
    ),
  });
}

/**
 * What is special about a thread.
 *
 * @param {AdminThread} thread
 * @returns {Child[]}
 */
export function stateBadges({ state, moderation, slow_mode_seconds, max_characters, stays_open }) {
  return [
    state === 'closed' && badge('Closed', 'danger'),
    moderation === 'pre' && badge('Held', 'warning'),
    slow_mode_seconds !== null && badge('Slow mode'),
    max_characters !== null && badge('Own limit'),
    stays_open && badge('Stays open', 'good'),
  ];
}
