// What can be decided about a comment, and what becomes of it: the rules of the service, known here so that buttons
// and counts follow at once. The service decides by its own.

/** @import { IconName } from '../icons.js' */
/** @import { Tone } from '../parts.js' */
/** @import { AdminComment, DecisionAction, DecisionReason, QueueCounts, Status } from '../types' */

/**
 * @typedef {object} Action
 * @property {DecisionAction} action
 * @property {string} label
 * @property {string} done what was done, at the end of a sentence
 * @property {string} key
 * @property {IconName} icon
 * @property {Tone} tone
 */

/** @type {readonly Action[]} */
export const ACTIONS = [
  { action: 'approve', label: 'Approve', done: 'approved', key: 'a', icon: 'approve', tone: 'good' },
  { action: 'restore', label: 'Restore', done: 'restored', key: 'e', icon: 'restore', tone: 'good' },
  { action: 'reject', label: 'Reject', done: 'rejected', key: 'r', icon: 'reject', tone: 'danger' },
  { action: 'spam', label: 'Spam', done: 'marked as spam', key: 's', icon: 'spam', tone: 'danger' },
  { action: 'delete', label: 'Delete', done: 'deleted', key: 'd', icon: 'delete', tone: 'danger' },
];

/** @type {Record<DecisionReason, string>} */
export const REASONS = {
  spam: 'Spam',
  abuse: 'Abuse',
  off_topic: 'Off topic',
  illegal: 'Illegal content',
  personal_data: 'Personal data',
  other: 'Other',
};

/** @type {Record<Status, Partial<Record<DecisionAction, Status>>>} */
const OUTCOMES = {
  pending: { approve: 'published', reject: 'rejected', spam: 'spam', delete: 'deleted' },
  published: { approve: 'published', reject: 'rejected', spam: 'spam', delete: 'deleted' },
  rejected: { approve: 'published', restore: 'published', spam: 'spam', delete: 'deleted' },
  spam: { approve: 'published', restore: 'published', reject: 'rejected', delete: 'deleted' },
  deleted: { restore: 'published' },
};

/**
 * The comment as it will be, or null if that can't be decided about it.
 *
 * @param {AdminComment} comment
 * @param {DecisionAction} action
 * @returns {AdminComment | null}
 */
export function outcome(comment, action) {
  const status = OUTCOMES[comment.status][action];
  if (status === undefined || isErased(comment)) return null;
  // Approving what is published settles its reports; without reports there is nothing to do.
  if (status === comment.status && comment.report_count === 0) return null;
  return { ...comment, status, report_count: 0 };
}

/**
 * Whether a button for it is worth its place: of approving and restoring, which come to the same, one is enough.
 *
 * @param {AdminComment} comment
 * @param {DecisionAction} action
 */
export function isOffered(comment, action) {
  const canRestore = outcome(comment, 'restore') !== null;
  if (action === 'approve') return !canRestore;
  return action !== 'restore' || canRestore;
}

/**
 * Whether the text is gone for good.
 *
 * @param {AdminComment} comment
 */
export function isErased(comment) {
  return comment.status === 'deleted' && comment.body === '';
}

/** @param {DecisionAction} action */
export function actionOf(action) {
  return /** @type {Action} */ (ACTIONS.find((each) => each.action === action));
}

/**
 * What a change does to the counts of the queues.
 *
 * @param {AdminComment} before
 * @param {AdminComment} after
 * @returns {Partial<QueueCounts>}
 */
export function difference(before, after) {
  const [from, to] = [queuesOf(before), queuesOf(after)];
  return {
    pending: to.pending - from.pending,
    reported: to.reported - from.reported,
    spam: to.spam - from.spam,
    rejected: to.rejected - from.rejected,
  };
}

/**
 * @param {AdminComment} comment
 * @returns {QueueCounts}
 */
function queuesOf({ status, report_count }) {
  return {
    pending: Number(status === 'pending'),
    reported: Number(report_count > 0),
    spam: Number(status === 'spam'),
    rejected: Number(status === 'rejected'),
  };
}
