// The log: everything that staff and the service decided or changed.

/** @import { Decision, Place, Screen } from '../types' */

import { listDecisions, listStaff, undoDecision } from '../calls.js';
import { forgetContext } from '../comment/context.js';
import { refreshCounts } from '../counts.js';
import { h } from '../dom.js';
import { filter, page } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, timeElement } from '../parts.js';
import { currentMe, may } from '../session.js';
import { emptyState } from '../states.js';
import { toast, toastError } from '../toast.js';
import { ACTION_OPTIONS, isUndoable, sentence } from './words.js';

/** @type {Screen} */
export const logScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  /** @type {Set<string>} comments of which a later entry is shown already: only the latest can be undone */
  const superseded = new Set();
  const action = filter('What', 'action', [['', 'Everything'], ...ACTION_OPTIONS], () => place);
  const staff = filter('Who', 'staff', [['', 'Everybody'], ...ownOption()], () => place);
  const list = pagedList(
    {
      label: 'Log',
      noun: ['entry', 'entries'],
      load: async (query, mine) => {
        if (query.cursor === null) superseded.clear();
        const { site, action, staff } = place.query;
        const { decisions, next_cursor } = await listDecisions({ ...query, site, action, staff }, mine);
        return { items: decisions, next_cursor };
      },
      id: ({ id }) => id,
      row: logRow,
      empty: () =>
        hasFilters(place)
          ? emptyState('Nothing fits', 'Try another filter.', { icon: 'search' })
          : emptyState('Nothing yet', 'What staff decide and change is written down here.', { icon: 'log' }),
    },
    signal,
  );
  const { add } = page(main, 'Log', {
    text: 'What was decided and changed, newest first. Nothing is ever taken out of it.',
  });
  add(h('div', { class: 'filter-bar' }, action.element, staff.element), list.element);
  void list.reload();
  if (may('administer')) void addStaffOptions();

  /** @param {Decision} decision */
  function logRow(decision) {
    const { site, comment_id, note, undone_by_id, created_at } = decision;
    const isLatest = comment_id === null || !superseded.has(comment_id);
    if (comment_id !== null) superseded.add(comment_id);
    const undo = button('Undo', () => void takeBack(decision), { icon: 'restore', tone: 'quiet' });
    return h(
      'li',
      { class: undone_by_id === null ? 'entry' : 'entry is-off' },
      h(
        'div',
        { class: 'entry-main' },
        h(
          'p',
          { class: 'entry-title is-sentence' },
          h('span', null, sentence(decision)),
          undone_by_id !== null && badge('Undone'),
        ),
        note !== null && h('p', { class: 'quote', dir: 'auto' }, note),
        h('p', { class: 'entry-below' }, timeElement(created_at), site !== null && ` · ${site}`),
      ),
      may('moderate') && isLatest && isUndoable(decision) && h('div', { class: 'entry-aside' }, undo),
    );
  }

  /** @param {Decision} decision */
  async function takeBack(decision) {
    try {
      const { decision: fresh } = await undoDecision(decision.id);
      if (decision.comment_id !== null) forgetContext(decision.comment_id);
      refreshCounts();
      if (signal.aborted) return;
      list.put({ ...decision, undone_by_id: fresh.id });
      list.put(fresh);
      toast('Undone.');
      list.focus();
    } catch (error) {
      toastError(error, 'Not undone');
    }
  }

  async function addStaffOptions() {
    try {
      const { staff: all } = await listStaff({ limit: 100 }, signal);
      staff.setOptions([
        ['', 'Everybody'],
        ...ownOption(),
        ...all
          .filter(({ id }) => id !== currentMe()?.staff.id)
          .map(({ id, name }) => /** @type {[string, string]} */ ([id, name])),
      ]);
    } catch {
      // Then the choice is between everybody and oneself.
    }
  }

  return {
    update: (next) => {
      place = next;
      action.draw();
      staff.draw();
      void list.reload();
    },
  };
};

/** @returns {[string, string][]} */
function ownOption() {
  const me = currentMe()?.staff;
  return me === undefined ? [] : [[me.id, `${me.name} (you)`]];
}

/** @param {Place} place */
function hasFilters({ query }) {
  return Boolean(query.action || query.staff || query.site);
}
