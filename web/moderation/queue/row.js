// A row of the list: who, when, what, and why it is here.

/** @import { AdminComment, DecisionAction } from '../types' */

import { actionOf, isOffered, outcome } from '../comment/actions.js';
import { marks } from '../comment/why.js';
import { h } from '../dom.js';
import { excerpt } from '../format.js';
import { iconButton, statusBadge, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { may } from '../session.js';

const EXCERPT_CHARACTERS = 220;

/**
 * @typedef {object} RowHooks
 * @property {(event: MouseEvent) => void} open
 * @property {(isSelected: boolean, isRange: boolean) => void} select
 * @property {(action: DecisionAction) => void} decide
 */

/**
 * @param {AdminComment} comment
 * @param {{ notice: string | null, isSelected: boolean, isAtHome: boolean }} state `isAtHome`: it belongs in this list
 * @param {RowHooks} hooks
 */
export function commentRow(comment, { notice, isSelected, isAtHome }, hooks) {
  const name = comment.author.name || 'Erased';
  const box = h('input', { type: 'checkbox', checked: isSelected, 'aria-label': `Select the comment by ${name}` });
  box.addEventListener('click', (event) => hooks.select(box.checked, event.shiftKey));
  return h(
    'li',
    { class: isAtHome ? 'row' : 'row is-away', dataset: { id: comment.id } },
    may('moderate') && h('label', { class: 'row-check' }, box),
    h(
      'a',
      { class: 'row-link', href: addressOf(`comment/${comment.id}`), on: { click: hooks.open } },
      h(
        'span',
        { class: 'row-head' },
        written(name, 'name'),
        !isAtHome && statusBadge(comment.status),
        timeElement(comment.created_at),
      ),
      h(
        'span',
        { class: 'row-text', dir: 'auto' },
        excerpt(comment.body, EXCERPT_CHARACTERS) || 'The text has been erased.',
      ),
      h(
        'span',
        { class: 'row-foot' },
        marks(comment).map((mark, index) =>
          h(
            'span',
            {
              class: index === 0 && comment.report_count > 0 ? 'mark is-danger' : 'mark',
              dir: 'auto',
            },
            mark,
          ),
        ),
        h('span', { class: 'row-article', dir: 'auto' }, comment.thread.title ?? comment.thread.key),
      ),
      notice !== null && h('span', { class: 'notice' }, notice),
    ),
    may('moderate') &&
      h(
        'div',
        { class: 'row-actions' },
        quickActions(comment).map((action) => {
          const { label, icon, tone } = actionOf(action);
          const element = iconButton(`${label} the comment by ${name}`, icon, () => hooks.decide(action));
          element.classList.add(`is-${tone}`);
          element.title = label;
          return element;
        }),
      ),
  );
}

/**
 * The two decisions that are most likely.
 *
 * @param {AdminComment} comment
 * @returns {DecisionAction[]}
 */
function quickActions(comment) {
  const likely = /** @type {DecisionAction[]} */ (['approve', 'restore', 'reject', 'delete']);
  return likely.filter((action) => isOffered(comment, action) && outcome(comment, action) !== null).slice(0, 2);
}
