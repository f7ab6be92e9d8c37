// The box in which staff answer a comment.

/** @import { AdminThread, AdminComment } from '../types' */

import { announce } from '../announce.js';
import { findSiteSettings, postStaffComment } from '../calls.js';
import { h, settled } from '../dom.js';
import { field, form } from '../form.js';
import { characters, number } from '../format.js';
import { currentMe } from '../session.js';
import { toast } from '../toast.js';

const ANNOUNCED_AFTER_MILLISECONDS = 1_000;
/** The share of the limit from which on the counter speaks. */
const NEARLY_FULL = 0.8;

/** @type {Map<string, string>} what was typed and not sent, by comment */
const drafts = new Map();
/** @type {Map<string, Promise<number | null>>} by site */
const limits = new Map();

/**
 * @param {AdminComment} comment
 * @param {AdminThread} thread
 * @param {() => void} onPosted
 */
export function replyBox(comment, thread, onPosted) {
  const name = currentMe()?.staff.name ?? '';
  const text = field('body', 'Reply', {
    rows: 2,
    required: true,
    value: drafts.get(comment.id) ?? '',
    hint: `Published at once, as ${name} with the mark of staff.`,
  });
  const counter = h('p', { class: 'counter number', 'aria-hidden': 'true' });
  const limit = limitOf(thread);
  const speak = settled((/** @type {number} */ count, /** @type {number} */ max) => {
    announce(count > max ? `${number(count - max)} characters too many.` : `${number(max - count)} characters left.`);
  }, ANNOUNCED_AFTER_MILLISECONDS);

  async function count() {
    drafts.set(comment.id, text.input.value);
    const [used, max] = [characters(text.input.value), await limit];
    counter.textContent = used === 0 ? '' : max === null ? number(used) : `${number(used)} of ${number(max)}`;
    const isOver = max !== null && used > max;
    counter.classList.toggle('is-over', isOver);
    if (max !== null && used > max * NEARLY_FULL) speak(used, max);
  }

  text.input.addEventListener('input', () => void count());
  if (text.input.value !== '') void count();
  const { element } = form(
    [text],
    'Reply',
    async ({ body = '' }) => {
      await postStaffComment({ site: comment.site, thread: { key: thread.key }, parent_id: comment.id, body });
      drafts.delete(comment.id);
      text.input.value = '';
      counter.textContent = '';
      toast('Your reply is published.');
      onPosted();
    },
    { more: counter },
  );
  element.classList.add('reply');
  return element;
}

/**
 * How long a comment on this thread can be, or null if that can't be known.
 *
 * @param {AdminThread} thread
 * @returns {Promise<number | null>}
 */
function limitOf({ site, max_characters }) {
  if (max_characters !== null) return Promise.resolve(max_characters);
  const known =
    limits.get(site) ??
    findSiteSettings(site).then(
      ({ policy }) => policy.max_characters,
      () => null,
    );
  limits.set(site, known);
  return known;
}
