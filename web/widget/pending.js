// A post as it was made when the button was pressed: as long as it has no answer, the same is sent again.

/** @import { Comment, Pending, Settings } from './types' */
/** @import { Input } from './form.js' */

const DAY = 86_400_000;

/**
 * What is sent.
 *
 * @param {Settings} settings
 * @param {Comment | null} parent
 * @param {Input} input
 */
export function requestOf({ thread, url, title }, parent, { name, email, body }) {
  return JSON.stringify({
    thread: { key: thread, ...(url && { url }), ...(title && { title }) },
    parent_id: parent?.id ?? null,
    author: { name, ...(email && { email }) },
    body: body.toWellFormed(),
  });
}

/**
 * The post that had no answer, if it is the same, or another one.
 *
 * @param {Pending | undefined} before
 * @param {string} request
 * @param {string | null} token
 * @returns {Pending}
 */
export function pendingOf(before, request, token) {
  return before && samePost(before.request, request) ? before : { key: newKey(), request, token, at: Date.now() };
}

/**
 * Whether a post that had no answer may appear twice when it is sent again: the service tells who sends it by their
 * token, or else by their network, and for a day.
 *
 * @param {Pending} pending
 */
export const isUnsure = ({ token, at = 0 }) => token === null || Date.now() - at > DAY;

/**
 * Whether two requests post the same; what the page says about itself may differ after a reload.
 *
 * @param {string} one
 * @param {string} other
 */
function samePost(one, other) {
  const [a, b] = [one, other].map((text) => JSON.stringify({ ...JSON.parse(text), thread: null }));
  return a === b;
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
