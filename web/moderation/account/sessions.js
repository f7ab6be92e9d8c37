// Sessions: where somebody is signed in.

/** @import { Session, Staff } from '../types' */

import { endSession, listSessions } from '../calls.js';
import { h } from '../dom.js';
import { part } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, timeElement } from '../parts.js';
import { emptyState } from '../states.js';
import { toast, toastError } from '../toast.js';

/** In the order in which they are looked for: most browsers name others, too. */
const BROWSERS = /** @type {const} */ ([
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]);
const SYSTEMS = /** @type {const} */ ([
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]);

/**
 * @param {AbortSignal} signal
 * @param {Staff | null} whose null for one's own
 */
export function sessionPart(signal, whose) {
  const list = pagedList(
    {
      label: 'Sessions',
      noun: ['session', 'sessions'],
      load: async (query, mine) => {
        const { sessions, next_cursor } = await listSessions({ ...query, staff: whose?.id }, mine);
        return { items: sessions, next_cursor };
      },
      id: ({ id }) => id,
      row: sessionRow,
      empty: () => emptyState('Not signed in', 'Nobody is signed in with a session.', { icon: 'account' }),
    },
    signal,
  );
  void list.reload();

  /** @param {Session} session */
  function sessionRow(session) {
    const { user_agent, created_at, used_at, is_current } = session;
    const name = browserOf(user_agent);
    const ending = button('End', () => void end(session), { tone: 'quiet' });
    ending.setAttribute('aria-label', `End the session in ${name}`);
    return h(
      'li',
      { class: 'entry' },
      h(
        'div',
        { class: 'entry-main' },
        h('p', { class: 'entry-title', title: user_agent }, name, is_current && badge('This one', 'good')),
        h('p', { class: 'entry-below' }, 'used ', timeElement(used_at), ' · signed in ', timeElement(created_at)),
      ),
      // This one ends by signing out.
      !is_current && h('div', { class: 'entry-aside' }, ending),
    );
  }

  /** @param {Session} session */
  async function end(session) {
    try {
      await endSession(session.id);
      list.remove(session);
      toast('The session has ended.');
    } catch (error) {
      toastError(error, 'Not ended');
    }
  }

  return part('Sessions', { text: whose === null ? 'Where you are signed in.' : undefined }, list.element);
}

/** @param {string} userAgent */
function browserOf(userAgent) {
  const browser = BROWSERS.find(([pattern]) => pattern.test(userAgent))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (browser === undefined) return userAgent.split(/[ /]/)[0] || 'An unknown browser';
  return system === undefined ? browser : `${browser} on ${system}`;
}
