// A writer: their record, and what they wrote.

/** @import { AdminComment, AuthorRecord, Screen } from '../types' */

import { findAuthor, listAdminComments, removeBan } from '../calls.js';
import { fact, tally } from '../comment/author.js';
import { openAuthorBanDialog } from '../comment/ban.js';
import { marks } from '../comment/why.js';
import { fill, h } from '../dom.js';
import { day, excerpt } from '../format.js';
import { entry, page, part } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, statusBadge, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { may } from '../session.js';
import { emptyState, loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { banEnd } from '../bans/words.js';

const EXCERPT_CHARACTERS = 220;

/** @type {Screen} */
export const authorScreen = ({ main, place, signal }) => {
  const id = place.params.id ?? '';
  const { heading, add } = page(main, 'Author');
  const room = h('div', { class: 'stack' });
  add(room);
  load();

  function load() {
    void loadInto(room, signal, () => findAuthor(id, signal), draw);
  }

  /** @param {AuthorRecord} record */
  function draw(record) {
    const [name = 'Erased'] = record.names;
    fill(heading, written(name));
    document.title = `${name} – Rejoinder`;
    const list = pagedList(
      {
        label: 'Comments',
        noun: ['comment', 'comments'],
        load: async (query, mine) => {
          const { comments, next_cursor } = await listAdminComments({ ...query, site: record.site, author: id }, mine);
          return { items: comments, next_cursor };
        },
        id: (comment) => comment.id,
        row: commentEntry,
        empty: () => emptyState('No comments', 'This writer has voted or reported only.', { icon: 'threads' }),
      },
      signal,
    );
    void list.reload();
    return [about(record), part('Comments', {}, list.element)];
  }

  /** @param {AuthorRecord} record */
  function about(record) {
    const { kind, site, names, counts, reports, ban, first_seen_at } = record;
    const others = names.slice(1);
    return h(
      'section',
      { class: 'panel stack', 'aria-label': 'Record' },
      h(
        'div',
        { class: 'badge-row' },
        kind !== 'guest' && badge(kind === 'staff' ? 'Staff' : 'Member', 'primary'),
        ban?.is_active && badge('Banned', 'danger'),
      ),
      h(
        'dl',
        { class: 'tally' },
        tally('Published', counts.published),
        tally('Waiting', counts.pending),
        tally('Rejected', counts.rejected, 'danger'),
        tally('Spam', counts.spam, 'danger'),
        tally('Deleted', counts.deleted),
      ),
      h(
        'dl',
        { class: 'facts' },
        fact('Site', site),
        fact('First seen', h('time', { datetime: first_seen_at }, day(first_seen_at))),
        others.length > 0 &&
          fact(
            'Also as',
            others.flatMap((name, index) => [index > 0 && ', ', written(name)]),
          ),
        fact('Own reports', `${reports.upheld} upheld, ${reports.dismissed} dismissed`),
        ban !== null &&
          fact('Ban', [
            h('a', { class: 'link', href: addressOf(`bans/${ban.id}`) }, ban.is_active ? 'Banned' : 'Was banned'),
            ', ',
            banEnd(ban),
            ban.reason !== null && [': ', written(ban.reason)],
          ]),
      ),
      may('moderate') &&
        kind !== 'staff' &&
        h(
          'div',
          { class: 'button-row' },
          ban?.is_active
            ? button('Lift the ban', () => void lift(ban.id), { icon: 'restore' })
            : button('Ban', () => openAuthorBanDialog(record, load), { icon: 'ban', tone: 'danger' }),
        ),
    );
  }

  /** @param {string} ban */
  async function lift(ban) {
    try {
      await removeBan(ban);
      toast('The ban is lifted.');
      load();
      heading.focus({ preventScroll: true });
    } catch (error) {
      toastError(error, 'Not lifted');
    }
  }
};

/** @param {AdminComment} comment */
function commentEntry(comment) {
  const text = excerpt(comment.body, EXCERPT_CHARACTERS) || 'The text has been erased.';
  return entry(addressOf(`comment/${comment.id}`), h('span', { class: 'row-text', dir: 'auto' }, text), {
    badges: [statusBadge(comment.status), marks(comment).map((mark) => badge(h('bdi', null, mark), 'warning'))],
    below: [written(comment.thread.title ?? comment.thread.key), ' · ', timeElement(comment.created_at)],
  });
}
