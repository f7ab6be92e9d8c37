// What the actions of the log are called, and the sentences about them.

/** @import { Child, Decision } from '../types' */

import { REASONS } from '../comment/actions.js';
import { h } from '../dom.js';
import { written } from '../parts.js';
import { addressOf } from '../router.js';

/**
 * `verb` stands between who did it and what it was done to, `rest` behind that.
 *
 * @typedef {{ label: string, verb: string, rest?: string }} Action
 */

/** @type {Record<string, Action>} about comments */
const DECISIONS = {
  approve: { label: 'Approved', verb: 'approved' },
  reject: { label: 'Rejected', verb: 'rejected' },
  spam: { label: 'Marked as spam', verb: 'marked', rest: 'as spam' },
  restore: { label: 'Restored', verb: 'restored' },
  delete: { label: 'Deleted', verb: 'deleted' },
  hold: { label: 'Held by reports', verb: 'held', rest: 'because of reports' },
  undo: { label: 'Undone', verb: 'took back a decision about' },
};

/** @type {Record<string, Action>} about other things, which the subject names */
const OTHERS = {
  ban: { label: 'Banned', verb: 'banned' },
  change_ban: { label: 'Changed a ban', verb: 'changed the ban of' },
  lift_ban: { label: 'Lifted a ban', verb: 'lifted the ban of' },
  change_thread: { label: 'Changed a thread', verb: 'changed the thread' },
  merge_thread: { label: 'Merged threads', verb: 'merged the thread' },
  add_rule: { label: 'Added rules', verb: 'added rules:' },
  change_rule: { label: 'Changed a rule', verb: 'changed a rule:' },
  remove_rule: { label: 'Removed a rule', verb: 'removed a rule:' },
  add_site: { label: 'Added a site', verb: 'added the site' },
  change_site: { label: 'Changed a site', verb: 'changed the site' },
  remove_site: { label: 'Removed a site', verb: 'removed the site' },
  add_staff: { label: 'Added staff', verb: 'added to the staff:' },
  change_staff: { label: 'Changed staff', verb: 'changed the rights or access of' },
  remove_staff: { label: 'Removed staff', verb: 'removed from the staff:' },
  add_token: { label: 'Made a token', verb: 'made a token:' },
  remove_token: { label: 'Removed a token', verb: 'removed a token:' },
  sign_in: { label: 'Signed in', verb: 'signed in' },
  change_password: { label: 'Changed a password', verb: 'changed a password' },
  add_totp: { label: 'Added a second factor', verb: 'added a second factor' },
  remove_totp: { label: 'Removed a second factor', verb: 'removed a second factor' },
};

/** @type {[value: string, label: string][]} for a filter */
export const ACTION_OPTIONS = Object.entries({ ...DECISIONS, ...OTHERS }).map(([value, { label }]) => [value, label]);

/**
 * The entry as a sentence, without its time.
 *
 * @param {Decision} decision
 * @returns {Child[]}
 */
export function sentence({ action, staff, comment_id, to_status, subject, reason }) {
  const who = staff === null ? 'The service' : written(staff.name);
  if (comment_id !== null) {
    const { verb, rest } = DECISIONS[action] ?? { verb: `${action.replaceAll('_', ' ')}:` };
    return [
      who,
      ` ${verb} `,
      h('a', { class: 'link', href: addressOf(`comment/${comment_id}`) }, 'a comment'),
      rest !== undefined && ` ${rest}`,
      action === 'undo' && to_status !== null && `: it is ${STATUSES[to_status]} again`,
      reason !== null && ` (${REASONS[reason].toLowerCase()})`,
    ];
  }
  const verb = OTHERS[action]?.verb ?? `${action.replaceAll('_', ' ')}:`;
  // Who did something to their own account is named already.
  const rest =
    staff !== null && subject?.startsWith(`${staff.name}: `) ? subject.slice(staff.name.length + 2) : subject;
  return [who, ` ${verb}`, rest !== null && rest !== staff?.name && [' ', written(rest)]];
}

/** @type {Record<NonNullable<Decision['to_status']>, string>} */
const STATUSES = {
  pending: 'waiting',
  published: 'published',
  rejected: 'rejected',
  spam: 'spam',
  deleted: 'deleted',
};

/**
 * Whether an entry is one that can be undone, as far as it says itself.
 *
 * @param {Decision} decision
 */
export function isUndoable({ action, comment_id, undone_by_id }) {
  return comment_id !== null && undone_by_id === null && action !== 'undo' && action in DECISIONS;
}
