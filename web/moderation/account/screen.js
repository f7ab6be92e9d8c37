// One's own account.

/** @import { Screen } from '../types' */

import { fill, h } from '../dom.js';
import { facts, page } from '../page.js';
import { timeElement, written } from '../parts.js';
import { currentMe } from '../session.js';
import { ROLES } from '../staff/words.js';
import { factorPart } from './factor.js';
import { passwordPart } from './password.js';
import { preferencePart } from './preferences.js';
import { sessionPart } from './sessions.js';
import { tokenPart } from './tokens.js';

/** @type {Screen} */
export const accountScreen = ({ main, signal }) => {
  const { heading, add } = page(main, 'Account');
  const about = h('div', { class: 'panel' });
  const password = h('div', { class: 'stack' });
  const factor = h('div', { class: 'stack' });
  const sessions = h('div', { class: 'stack' });
  add(about, password, factor, sessions, tokenPart(signal, null), preferencePart(signal));
  draw();

  function draw() {
    const me = currentMe()?.staff;
    if (me === undefined || signal.aborted) return;
    fill(
      about,
      facts(
        ['Name', written(me.name)],
        ['Role', `${ROLES[me.role]}, ${me.sites === null ? 'on all sites' : `on ${me.sites.join(', ')}`}`],
        ['Since', timeElement(me.created_at)],
      ),
    );
    fill(password, passwordPart(me, draw));
    fill(factor, factorPart(me, draw));
    fill(sessions, sessionPart(signal, null));
    // Where the focus was may have been drawn anew.
    if (document.activeElement === document.body && main.isConnected) heading.focus({ preventScroll: true });
  }

  // The account is the same whichever site the rest of the page shows.
  return { update: () => {} };
};
