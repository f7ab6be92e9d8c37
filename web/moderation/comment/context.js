// Comments with all that is known about them, kept for a moment so that going to the next one doesn't wait.

/** @import { CommentInContext } from '../types' */

import { findAdminComment } from '../calls.js';

const FRESH_MILLISECONDS = 20_000;
const KEPT = 40;

/** @type {Map<string, { asked_at: number, answer: Promise<CommentInContext> }>} */
const kept = new Map();

/**
 * A comment in its context: the kept answer if it is fresh, else a new one.
 *
 * @param {string} id
 * @returns {Promise<CommentInContext>}
 */
export function contextOf(id) {
  const known = kept.get(id);
  if (known !== undefined && Date.now() - known.asked_at < FRESH_MILLISECONDS) return known.answer;
  const answer = findAdminComment(id);
  kept.delete(id);
  kept.set(id, { asked_at: Date.now(), answer });
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  // A failure is no answer to keep.
  answer.catch(() => kept.delete(id));
  return answer;
}

/**
 * Asks in advance; a failure shows when it is really needed.
 *
 * @param {string} id
 */
export function prefetchContext(id) {
  contextOf(id).catch(() => {});
}

/** @param {string} id */
export function forgetContext(id) {
  kept.delete(id);
}
