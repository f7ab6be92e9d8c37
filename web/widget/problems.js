// Says what went wrong in the reader's language, and where it belongs.

/** @import { Context, Problem, Settings } from './types' */

/** What a problem of input is about, by the end of its pointer. */
const FIELDS = new Map([['/body', 'body'], ['/author/name', 'name'], ['/author/email', 'email']]);
/** Nobody but the comment's writer can do it, and the writer isn't known here. */
const NOT_YOURS = new Set(['invalid_token', 'token_required']);
const COUNTDOWN_SECONDS = 120;
/** After so long it is worth trying again, if the service doesn't say. */
const BUSY_SECONDS = 5;

/**
 * The field that a problem is about, and null if it is about none of them.
 *
 * @param {Problem} problem
 * @returns {'name' | 'email' | 'body' | null}
 */
export function fieldOf({ errors }) {
  const field = FIELDS.get(errors?.[0]?.pointer ?? '') ?? null;
  return /** @type {'name' | 'email' | 'body' | null} */ (field);
}

/**
 * A sentence about a problem.
 *
 * @param {Problem} problem
 * @param {Context} context
 * @param {Settings} settings
 */
export function sentence(problem, { messages, times, now }, settings) {
  const { max = 0, min = 0, actual = 0, retry_after_seconds: seconds, edit_window_seconds: open = 0 } = problem;
  const key = `error.${codeOf(problem)}`;
  return messages.text(messages.has(key) ? key : 'error.other', {
    count: countOf(problem.code, max, min, actual, open),
    site: settings.site,
    time: seconds === undefined ? '' : times.until(now() + seconds * 1_000, now()),
    origin: self.origin,
  });
}

/** @param {Problem} problem */
function codeOf(problem) {
  const { code, retry_after_seconds: seconds, min = 1, errors } = problem;
  if (errors?.[0]?.pointer === '/thread') return 'invalid_thread_key';
  if (NOT_YOURS.has(code)) return 'not_your_comment';
  if (code === 'banned' && seconds !== undefined) return 'banned_until';
  if (code === 'text_not_allowed' && fieldOf(problem) === 'name') return 'name_not_allowed';
  if (code === 'body_too_short' && min <= 1) return 'body_blank';
  return code;
}

/**
 * @param {string} code
 * @param {number} max
 * @param {number} min
 * @param {number} actual
 * @param {number} open seconds
 */
function countOf(code, max, min, actual, open) {
  if (code === 'body_too_long') return actual - max;
  if (code === 'body_too_short') return min;
  if (code === 'edit_window_closed') return Math.max(1, Math.round(open / 60));
  return max;
}

/**
 * How many seconds to wait before it can be tried again.
 *
 * @param {Problem} problem
 */
export function secondsToWait({ code, retry_after_seconds: seconds = code === 'busy' ? BUSY_SECONDS : 0 }) {
  return code === 'banned' ? 0 : seconds;
}

/**
 * When it can be tried again, in words.
 *
 * @param {number} seconds
 * @param {Context} context
 */
export function waiting(seconds, { messages, times, now }) {
  if (seconds <= 0) return messages.text('notice.retry_now');
  if (seconds <= COUNTDOWN_SECONDS) return messages.text('notice.retry_in', { count: seconds });
  return messages.text('notice.retry_at', { time: times.until(now() + seconds * 1_000, now()) });
}
