// One comment on a page of its own, for links to it.

/** @import { Grounds } from './decide.js' */
/** @import { AdminComment, DecisionAction, Screen } from '../types' */

import { announce } from '../announce.js';
import { h } from '../dom.js';
import { bindKeys } from '../keys.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { ACTIONS, actionOf, outcome } from './actions.js';
import { contextOf } from './context.js';
import { decide } from './decide.js';
import { commentPane } from './pane.js';

/** @type {Screen} */
export const commentScreen = ({ main, place, signal }) => {
  const id = place.params.id ?? '';
  const room = h('div', { class: 'comment-page' });
  main.append(h('h1', { class: 'visually-hidden' }, 'Comment'), room);

  /** @type {AdminComment | null} */
  let comment = null;
  const pane = commentPane({
    decide: decideIt,
    fresh: (fresh) => {
      comment = fresh;
    },
    banned: () => {},
    close: null,
  });

  /** @param {DecisionAction} action @param {Grounds} grounds */
  function decideIt(action, grounds) {
    if (comment === null) return;
    if (outcome(comment, action) === null) return announce(`This can’t be ${actionOf(action).done}.`);
    decide(action, [comment], grounds, {
      left: () => {},
      done: (now) => update(now, null),
      back: update,
    });
  }

  /** @param {AdminComment} now @param {string | null} notice */
  function update(now, notice) {
    if (signal.aborted) return;
    comment = now;
    pane.show(now, notice);
  }

  bindKeys(
    'Comment',
    [
      ...(may('moderate') ? ACTIONS : []).map(({ action, label, key }) => ({
        key,
        label,
        run: () => decideIt(action, {}),
      })),
      ...pane.bindings,
    ],
    signal,
  );
  void loadInto(
    room,
    signal,
    () => contextOf(id),
    (context) => {
      update(context.comment, null);
      return pane.element;
    },
  );
};
