// The comment that stands above the others of its thread.

/** @import { AdminComment, AdminThread } from '../types' */

import { changeThread, findAdminComment, findThread } from '../calls.js';
import { h } from '../dom.js';
import { excerpt } from '../format.js';
import { entry, part } from '../page.js';
import { button, statusBadge, written } from '../parts.js';
import { addressOf } from '../router.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { offerUndo, toastError } from '../toast.js';

const EXCERPT_CHARACTERS = 220;

/**
 * @param {AdminThread} thread
 * @param {AbortSignal} signal
 * @param {(thread: AdminThread) => void} onChange
 */
export function pinnedPart(thread, signal, onChange) {
  const { pinned_comment_id: pinned } = thread;
  const none = 'No comment is pinned. To pin one, open it and choose “Pin”.';
  if (pinned === null) return part('Pinned comment', { text: none });
  const room = h('div', { class: 'pinned' });
  void loadInto(
    room,
    signal,
    () => findAdminComment(pinned, signal),
    ({ comment }) => pinnedEntry(comment),
  );
  const unpin = button('Unpin', () => void pin(thread.id, null, onChange), { icon: 'pin' });
  return part('Pinned comment', { actions: may('moderate') && unpin }, room);
}

/** @param {AdminComment} comment */
function pinnedEntry(comment) {
  return h(
    'ul',
    { class: 'entries' },
    entry(addressOf(`comment/${comment.id}`), written(comment.author.name || 'Erased'), {
      badges: comment.status !== 'published' && statusBadge(comment.status),
      below: h('span', { dir: 'auto' }, excerpt(comment.body, EXCERPT_CHARACTERS) || 'The text has been erased.'),
    }),
  );
}

/**
 * Pins a comment to a thread, or takes the pinned one down.
 *
 * @param {string} thread
 * @param {string | null} comment
 * @param {(thread: AdminThread) => void} onChange
 */
async function pin(thread, comment, onChange) {
  try {
    const { pinned_comment_id: before } = await findThread(thread);
    onChange(await changeThread(thread, { pinned_comment_id: comment }));
    const done = comment === null ? 'Unpinned.' : before === null ? 'Pinned.' : 'Pinned, in place of another one.';
    offerUndo(done, async () => {
      onChange(await changeThread(thread, { pinned_comment_id: before }));
      return comment === null ? 'Pinned again.' : 'Taken back.';
    });
  } catch (error) {
    toastError(error, comment === null ? 'Not unpinned' : 'Not pinned');
  }
}

/**
 * What leads from a comment to its thread: the link, and the button that pins it there.
 *
 * @param {AdminComment} comment
 * @param {AdminThread} thread
 * @param {() => void} onChange
 */
export function threadLinks(comment, thread, onChange) {
  const isPinned = thread.pinned_comment_id === comment.id;
  const canBePinned = may('moderate') && (isPinned || comment.status === 'published');
  return h(
    'p',
    { class: 'thread-links' },
    h('a', { class: 'link', href: addressOf(`threads/${thread.id}`) }, 'The thread and its settings'),
    canBePinned &&
      button(isPinned ? 'Unpin' : 'Pin', () => void pin(thread.id, isPinned ? null : comment.id, onChange), {
        icon: 'pin',
        tone: 'quiet',
      }),
  );
}
