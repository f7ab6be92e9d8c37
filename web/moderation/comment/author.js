// What is known about the one who wrote it.

/** @import { AdminComment, AuthorRecord, Child } from '../types' */

import { h } from '../dom.js';
import { compact, day } from '../format.js';
import { badge, link, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';

/**
 * @param {AdminComment} comment
 * @param {AuthorRecord} record
 */
export function authorCard(comment, record) {
  const { author, network, site } = comment;
  const { counts, reports, names, ban } = record;
  const others = names.filter((name) => name !== author.name);
  return h(
    'section',
    { class: 'card author', 'aria-labelledby': 'author-title' },
    h('h2', { id: 'author-title' }, 'Author'),
    h(
      'p',
      { class: 'author-name' },
      h('a', { class: 'link', href: addressOf(`authors/${author.id}`) }, written(author.name || 'Erased')),
      record.kind !== 'guest' && badge(record.kind === 'staff' ? 'Staff' : 'Member', 'primary'),
    ),
    ban !== null &&
      h(
        'p',
        { class: 'author-ban' },
        badge('Banned', 'danger'),
        ban.ends_at === null ? ' for good' : [' ends ', timeElement(ban.ends_at)],
        ban.reason !== null && [': ', written(ban.reason)],
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
      fact('First seen', h('time', { datetime: record.first_seen_at }, day(record.first_seen_at))),
      others.length > 0 &&
        fact(
          'Also as',
          others.flatMap((name, index) => [index > 0 && ', ', written(name)]),
        ),
      author.email !== null && fact('E-mail', written(author.email)),
      network !== null &&
        fact(
          'Network',
          h(
            'a',
            {
              class: 'link network',
              href: addressOf('queue/recent', { site, network }),
              title: `All published from ${network}`,
            },
            `${network.slice(0, 9)}…`,
          ),
        ),
      reports.upheld + reports.dismissed > 0 &&
        fact('Own reports', `${reports.upheld} upheld, ${reports.dismissed} dismissed`),
    ),
  );
}

/**
 * @param {string} label
 * @param {number} count
 * @param {'danger' | ''} [tone]
 */
export function tally(label, count, tone = '') {
  return h(
    'div',
    { class: count === 0 ? 'is-zero' : tone === '' ? null : `is-${tone}` },
    h('dt', null, label),
    h('dd', { class: 'number' }, compact(count)),
  );
}

/**
 * @param {string} label
 * @param {Child} value
 */
export function fact(label, value) {
  return h('div', null, h('dt', null, label), h('dd', null, value));
}

/**
 * The article that a comment stands below.
 *
 * @param {AdminComment['thread']} thread
 * @param {string | null} url if it may be followed
 */
export function articleLink(thread, url) {
  const title = thread.title ?? thread.key;
  return url === null ? written(title) : link(url, written(title));
}
