// The bans: who may not write, and who might not once.

/** @import { Ban, Screen } from '../types' */

import { listBans } from '../calls.js';
import { entry, page } from '../page.js';
import { pagedList } from '../paged.js';
import { timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { emptyState } from '../states.js';
import { banBadge, banEnd, whoIsBanned } from './words.js';

/** @type {Screen} */
export const bansScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  const list = pagedList(
    {
      label: 'Bans',
      noun: ['ban', 'bans'],
      load: async (query, mine) => {
        const { bans, next_cursor } = await listBans({ ...query, site: place.query.site }, mine);
        return { items: bans, next_cursor };
      },
      id: ({ id }) => id,
      row: banRow,
      empty: () =>
        emptyState('Nobody is banned', 'Open a comment to ban its author or their network.', { icon: 'ban' }),
    },
    signal,
  );
  const { add } = page(main, 'Bans', { text: 'Who is banned can read, but not write, edit, vote or report.' });
  add(list.element);
  void list.reload();

  return {
    update: (next) => {
      place = next;
      void list.reload();
    },
  };
};

/** @param {Ban} ban */
function banRow(ban) {
  const { id, site, reason, staff, created_at, is_active } = ban;
  const element = entry(addressOf(`bans/${id}`), whoIsBanned(ban), {
    badges: banBadge(ban),
    below: [
      site,
      ' · by ',
      staff === null ? 'the service' : written(staff.name),
      ' ',
      timeElement(created_at),
      reason !== null && [' · ', written(reason)],
    ],
    aside: banEnd(ban),
  });
  element.classList.toggle('is-off', !is_active);
  return element;
}
