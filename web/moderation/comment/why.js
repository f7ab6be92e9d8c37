// Why a comment waits, in sentences.

/** @import { AdminComment, Child, Hold } from '../types' */

import { h } from '../dom.js';
import { plural } from '../format.js';

/** @type {Record<Hold['reason'], string>} for filters and marks */
export const HOLD_LABELS = {
  first_comment: 'First comment',
  links: 'Links',
  rule: 'Rule',
  reports: 'Reports',
  thread: 'Thread is held',
  site: 'Site is held',
};

/**
 * One sentence for each reason.
 *
 * @param {AdminComment} comment
 * @returns {Child[]}
 */
export function reasonsToWait(comment) {
  const verb = comment.status === 'pending' ? 'Waits' : 'Waited';
  return comment.holds.map((hold) => sentence(hold, verb));
}

/**
 * @param {Hold} hold
 * @param {string} verb
 * @returns {Child[]}
 */
function sentence(hold, verb) {
  switch (hold.reason) {
    case 'first_comment':
      return [`${verb} because this is the author’s first comment.`];
    case 'links':
      return [`${verb} because it has more links than the site allows.`];
    case 'reports':
      return [`${verb} because readers reported it.`];
    case 'thread':
      return [`${verb} because every comment on this article does.`];
    case 'site':
      return [`${verb} because every comment on this site does.`];
    case 'rule':
      return ['Matches your rule ', h('code', { class: 'pattern', dir: 'auto' }, hold.pattern ?? ''), '.'];
  }
}

/**
 * The reasons in a few words, for a row of the list.
 *
 * @param {AdminComment} comment
 * @returns {string[]}
 */
export function marks(comment) {
  const reasons = comment.holds.filter(({ reason }) => reason !== 'site' && reason !== 'reports');
  return [
    ...(comment.report_count > 0 ? [plural(comment.report_count, 'report')] : []),
    ...reasons.map(({ reason, pattern }) =>
      reason === 'rule' && pattern !== undefined ? pattern : HOLD_LABELS[reason],
    ),
  ];
}
