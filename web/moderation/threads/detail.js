// One thread: what is known of it, and what can be changed.

/** @import { AdminThread, Screen } from '../types' */

import { changeThread, findThread } from '../calls.js';
import { fill, h, webAddress } from '../dom.js';
import { number, plural } from '../format.js';
import { facts, page } from '../page.js';
import { button, link, timeElement, written } from '../parts.js';
import { addressOf, go } from '../router.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { stateBadges } from './list.js';
import { movePart } from './move.js';
import { pinnedPart } from './pinned.js';
import { settingsPart } from './settings.js';

/** @type {Screen} */
export const threadScreen = ({ main, place, signal }) => {
  const id = place.params.id ?? '';
  const { heading, add } = page(main, 'Thread', {
    back: { label: 'Threads', path: 'threads', query: { site: place.query.site } },
  });
  const room = h('div', { class: 'thread stack' });
  add(room);
  void loadInto(room, signal, () => findThread(id, signal), draw);

  /** @param {AdminThread} thread */
  function draw(thread) {
    fill(heading, written(thread.title ?? thread.key));
    document.title = `${thread.title ?? thread.key} – Rejoinder`;
    return [
      summary(thread, () => void turn(thread)),
      pinnedPart(thread, signal, changed),
      settingsPart(thread, changed),
      may('moderate') && movePart(thread, moved),
    ];
  }

  /**
   * Shows the thread as it is now, with the focus where it was, or on what comes instead.
   *
   * @param {AdminThread} thread
   */
  function changed(thread) {
    if (signal.aborted) return;
    const focused = document.activeElement?.getAttribute('data-focus');
    fill(room, draw(thread));
    const again = focused == null ? null : room.querySelector(`[data-focus="${focused}"]`);
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
    else heading.focus({ preventScroll: true });
  }

  /** @param {AdminThread} thread */
  function moved(thread) {
    if (thread.id === id) return changed(thread);
    go(`threads/${thread.id}`, { site: place.query.site }, { replace: true });
  }

  /** @param {AdminThread} thread */
  async function turn(thread) {
    const state = thread.state === 'open' ? 'closed' : 'open';
    try {
      changed(await changeThread(thread.id, { state }));
      toast(state === 'open' ? 'Open: readers can comment again.' : 'Closed: readers can’t comment any more.');
    } catch (error) {
      toastError(error, state === 'open' ? 'Not opened' : 'Not closed');
    }
  }
};

/**
 * @param {AdminThread} thread
 * @param {() => void} turn
 */
function summary(thread, turn) {
  const url = webAddress(thread.url);
  const opening = button(thread.state === 'open' ? 'Close thread' : 'Open thread', turn, {
    tone: thread.state === 'open' ? 'danger' : 'good',
    icon: thread.state === 'open' ? 'ban' : 'approve',
  });
  opening.dataset.focus = 'turn';
  return h(
    'section',
    { class: 'panel stack', 'aria-label': 'Overview' },
    h(
      'div',
      { class: 'badge-row' },
      thread.state === 'open' && h('span', { class: 'badge is-good' }, 'Open'),
      stateBadges(thread),
    ),
    facts(
      ['Site', thread.site],
      ['Key', h('code', { dir: 'auto' }, thread.key)],
      ['Article', url === null ? 'No address is known.' : link(url, written(url))],
      ['Published', [plural(thread.comment_count, 'comment'), `, ${number(thread.root_count)} of them not replies`]],
      ['Begun', timeElement(thread.created_at)],
      ['Last comment', thread.last_comment_at === null ? 'None is published.' : timeElement(thread.last_comment_at)],
    ),
    h(
      'div',
      { class: 'button-row' },
      may('moderate') && opening,
      h(
        'a',
        { class: 'button', href: addressOf('queue/pending', { site: thread.site, thread: thread.id }) },
        'Waiting comments',
      ),
      h(
        'a',
        { class: 'button', href: addressOf('queue/recent', { site: thread.site, thread: thread.id }) },
        'Published comments',
      ),
    ),
  );
}
