// Sends decisions. The page goes on at once; what the service didn't take comes back with the reason.

/** @import { AdminComment, DecisionAction, DecisionReason, DecisionResult } from '../types' */

import { explain } from '../api.js';
import { decide as send, undoDecision } from '../calls.js';
import { adjustCounts, refreshCounts } from '../counts.js';
import { number, plural, relativeTime } from '../format.js';
import { offerUndo, toast } from '../toast.js';
import { actionOf, difference, outcome } from './actions.js';
import { contextOf, forgetContext } from './context.js';

const AT_ONCE = 100;
const UNDONE_AT_ONCE = 4;
/** More than these are not looked at one by one to tell who was faster. */
const EXPLAINED = 10;

/** @typedef {{ reason?: DecisionReason, note?: string }} Grounds */

/**
 * @typedef {object} Hooks
 * @property {(before: AdminComment, after: AdminComment) => void} left the decision is on its way
 * @property {(comment: AdminComment) => void} done the service took it; the comment as it is now
 * @property {(comment: AdminComment, notice: string | null) => void} back it was not taken, or undone
 */

/** @typedef {{ before: AdminComment, after: AdminComment, decision: string | null }} Change */

/**
 * Decides about all of the comments that it can be decided about.
 *
 * @param {DecisionAction} action
 * @param {AdminComment[]} comments
 * @param {Grounds} grounds
 * @param {Hooks} hooks
 * @returns {number} how many these are
 */
export function decide(action, comments, grounds, hooks) {
  /** @type {Change[]} */
  const changes = comments.flatMap((before) => {
    const after = outcome(before, action);
    return after === null ? [] : [{ before, after, decision: null }];
  });
  if (changes.length === 0) return 0;
  for (const { before, after } of changes) {
    adjustCounts(before.site, difference(before, after));
    hooks.left(before, after);
  }
  const sent = sendAll(action, changes, grounds, hooks);
  const undo = offerUndo(sentence(action, changes), async () => undoAll(await sent, hooks));
  void sent.then((applied) => {
    if (applied.length === 0) undo.withdraw();
    else if (applied.length < changes.length) undo.amend(sentence(action, applied));
    refreshCounts();
  });
  return changes.length;
}

/**
 * @param {DecisionAction} action
 * @param {Change[]} changes
 */
function sentence(action, changes) {
  const { done } = actionOf(action);
  if (changes.length > 1) return `${plural(changes.length, 'comment')} ${done}.`;
  const [change] = changes;
  if (change?.before.status === 'published' && action === 'approve') return 'Kept; its reports are dismissed.';
  return `${done.charAt(0).toUpperCase()}${done.slice(1)}.`;
}

/**
 * Sends the decisions, and gives back what was not applied.
 *
 * @param {DecisionAction} action
 * @param {Change[]} changes
 * @param {Grounds} grounds
 * @param {Hooks} hooks
 * @returns {Promise<Change[]>} those that were applied
 */
async function sendAll(action, changes, grounds, hooks) {
  /** @type {Change[]} */
  const applied = [];
  /** @type {string[]} */
  const failures = [];
  for (let from = 0; from < changes.length; from += AT_ONCE) {
    const part = changes.slice(from, from + AT_ONCE);
    try {
      const comments = part.map(({ before: { id, version } }) => ({ id, version }));
      const { results } = await send({ action, comments, ...grounds });
      const byId = new Map(results.map((result) => [result.id, result]));
      for (const change of part) {
        const failure = await settle(change, byId.get(change.before.id), hooks, failures.length < EXPLAINED);
        if (failure === null) applied.push(change);
        else failures.push(failure);
      }
    } catch (error) {
      const reason = `Not ${actionOf(action).done}: ${explain(error)}`;
      for (const change of part) giveBack(change, change.before, reason, hooks);
      failures.push(reason);
    }
  }
  tell(action, applied.length, changes.length, failures);
  return applied;
}

/**
 * Takes notice of one result.
 *
 * @param {Change} change
 * @param {DecisionResult | undefined} result
 * @param {Hooks} hooks
 * @param {boolean} isExplained whether it is asked who was faster
 * @returns {Promise<string | null>} why it was not applied
 */
async function settle(change, result, hooks, isExplained) {
  const { before } = change;
  forgetContext(before.id);
  if (result?.outcome === 'applied') {
    change.decision = result.decision_id ?? null;
    change.after = result.comment ?? change.after;
    hooks.done(change.after);
    return null;
  }
  if (result === undefined || result.outcome === 'not_found') return 'The comment is gone.';
  const now = result.comment ?? before;
  const reason = result.outcome === 'stale' ? await whatChanged(before, now, isExplained) : refusal(result);
  giveBack(change, now, reason, hooks);
  return reason;
}

/**
 * @param {Change} change
 * @param {AdminComment} now
 * @param {string} reason
 * @param {Hooks} hooks
 */
function giveBack({ before, after }, now, reason, hooks) {
  adjustCounts(before.site, difference(after, now));
  hooks.back(now, reason);
}

/** @param {DecisionResult} result */
function refusal({ code, comment }) {
  if (code === 'comment_erased') return 'Its text has been erased. Nothing can be decided about it any more.';
  const status = comment === undefined ? '' : ` It is ${comment.status} now.`;
  return `This can’t be decided about the comment as it is.${status}`;
}

/**
 * Who was faster, and with what.
 *
 * @param {AdminComment} before
 * @param {AdminComment} now
 * @param {boolean} isExplained
 */
async function whatChanged(before, now, isExplained) {
  const edited = 'Its writer edited it a moment ago. Please look at it again.';
  if (now.edited_at !== before.edited_at) return edited;
  const unknown = `It changed a moment ago: ${now.status}.`;
  if (!isExplained) return unknown;
  try {
    const { decisions } = await contextOf(before.id);
    const latest = decisions.find(({ comment_version }) => comment_version === now.version);
    if (latest === undefined) return unknown;
    const when = relativeTime(latest.created_at).replace('just now', 'a moment ago');
    return `${latest.staff?.name ?? 'The service'} decided this ${when}: ${latest.to_status}.`;
  } catch {
    return unknown;
  }
}

/**
 * @param {DecisionAction} action
 * @param {number} applied
 * @param {number} total
 * @param {string[]} failures
 */
function tell(action, applied, total, failures) {
  const [first] = failures;
  if (first === undefined) return;
  if (total === 1) return toast(first, 'danger');
  toast(`${number(applied)} of ${number(total)} ${actionOf(action).done}. ${first}`, 'danger');
}

/**
 * Takes back what was applied.
 *
 * @param {Change[]} changes
 * @param {Hooks} hooks
 * @returns {Promise<string>} how it went
 */
async function undoAll(changes, hooks) {
  const waiting = [...changes];
  /** @type {unknown[]} */
  const errors = [];
  await Promise.all(
    Array.from({ length: UNDONE_AT_ONCE }, async () => {
      for (let change = waiting.shift(); change !== undefined; change = waiting.shift()) {
        try {
          await undoOne(change, hooks);
        } catch (error) {
          errors.push(error);
        }
      }
    }),
  );
  refreshCounts();
  if (errors.length === changes.length && errors.length > 0) throw errors[0];
  if (errors.length > 0) {
    return `${number(changes.length - errors.length)} of ${number(changes.length)} undone. ${explain(errors[0])}`;
  }
  return changes.length === 1 ? 'Undone.' : `Undone for ${plural(changes.length, 'comment')}.`;
}

/**
 * @param {Change} change
 * @param {Hooks} hooks
 */
async function undoOne({ after, decision }, hooks) {
  if (decision === null) return;
  const { comment } = await undoDecision(decision);
  forgetContext(comment.id);
  adjustCounts(comment.site, difference(after, comment));
  hooks.back(comment, null);
}
