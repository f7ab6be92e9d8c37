// How much waits in each queue: asked again while somebody looks.

/** @import { QueueCounts, Queues } from './types' */

import { isAborted } from './api.js';
import { listQueues } from './calls.js';

const EVERY_MILLISECONDS = 15_000;
const SOON_MILLISECONDS = 1_000;
const AT_MOST_MILLISECONDS = 240_000;

/** @type {Queues | null} */
let known = null;
/** When the counts were asked for that are known. */
let knownSince = 0;
/** Goes up with each correction: an answer to what was asked before it is too old. */
let corrections = 0;
const changes = new EventTarget();
/** @type {() => void} */
let askSoon = () => {};

/** The sites whose queues may be seen. */
export function sites() {
  return known?.queues.map(({ site }) => site) ?? [];
}

/**
 * The counts of one site, or of all; null as long as they are not known.
 *
 * @param {string | undefined} site
 * @returns {QueueCounts | null}
 */
export function countsOf(site) {
  if (known === null) return null;
  return site === undefined ? known.totals : (known.queues.find((queue) => queue.site === site) ?? null);
}

/** When the counts were asked for, in milliseconds. */
export function countsSince() {
  return knownSince;
}

/**
 * @param {() => void} listener
 * @param {AbortSignal} signal
 */
export function onCounts(listener, signal) {
  changes.addEventListener('change', listener, { signal });
}

/**
 * Counts in advance what the service is about to count, so that the numbers follow at once.
 *
 * @param {string} site
 * @param {Partial<QueueCounts>} difference
 */
export function adjustCounts(site, difference) {
  corrections += 1;
  if (known === null) return;
  for (const counts of [known.totals, known.queues.find((queue) => queue.site === site)]) {
    if (counts === undefined) continue;
    for (const [queue, by] of Object.entries(difference)) {
      const name = /** @type {keyof QueueCounts} */ (queue);
      counts[name] = Math.max(0, counts[name] + by);
    }
  }
  changes.dispatchEvent(new Event('change'));
}

/** Asks again soon, because something changed. */
export function refreshCounts() {
  askSoon();
}

/**
 * Asks again and again, until the signal is aborted. After a failure it waits longer; out of sight it rests.
 *
 * @param {AbortSignal} signal
 */
export function watchCounts(signal) {
  let wait = EVERY_MILLISECONDS;
  let timer = 0;
  let asking = false;

  async function ask() {
    clearTimeout(timer);
    if (signal.aborted || document.hidden || asking) return;
    asking = true;
    const [since, before] = [Date.now(), corrections];
    try {
      const answer = await listQueues({}, signal);
      wait = before === corrections ? EVERY_MILLISECONDS : SOON_MILLISECONDS;
      if (before === corrections) {
        known = answer;
        knownSince = since;
        changes.dispatchEvent(new Event('change'));
      }
    } catch (error) {
      if (isAborted(error)) return;
      wait = Math.min(Math.max(wait, EVERY_MILLISECONDS) * 2, AT_MOST_MILLISECONDS);
    } finally {
      asking = false;
    }
    timer = window.setTimeout(ask, wait);
  }

  askSoon = () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, SOON_MILLISECONDS);
  };
  document.addEventListener('visibilitychange', () => void ask(), { signal });
  window.addEventListener('online', () => void ask(), { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  void ask();
}
