// The rules: what waits, is refused or censored because of its words.

/** @import { Rule, Screen } from '../types' */

import { announce } from '../announce.js';
import { changeRule, listRules } from '../calls.js';
import { h } from '../dom.js';
import { entry, page } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, written } from '../parts.js';
import { addressOf } from '../router.js';
import { may } from '../session.js';
import { emptyState } from '../states.js';
import { toastError } from '../toast.js';
import { ACTIONS, ACTION_TONES, KINDS } from './words.js';

/** @type {Screen} */
export const rulesScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  const actions = h('div', { class: 'button-row' });
  const list = pagedList(
    {
      label: 'Rules',
      noun: ['rule', 'rules'],
      load: async (query, mine) => {
        const { rules, next_cursor } = await listRules({ ...query, site: place.query.site }, mine);
        return { items: rules, next_cursor };
      },
      id: ({ id }) => id,
      row: (rule) => ruleRow(rule, () => void turn(rule)),
      empty: () =>
        emptyState('No rules yet', 'A rule holds, refuses or censors comments by their words.', { icon: 'rules' }),
    },
    signal,
  );
  const { add } = page(main, 'Rules', {
    actions,
    text: 'Rules look at the name and text of what guests post and edit. They don’t touch what was posted before.',
  });
  add(list.element);
  drawActions();
  void list.reload();

  function drawActions() {
    const { site } = place.query;
    actions.replaceChildren(
      h('a', { class: 'button', href: addressOf('rules/try', { site }) }, 'Try a pattern'),
      ...(may('configure')
        ? [h('a', { class: 'button is-primary', href: addressOf('rules/add', { site }) }, 'Add rules')]
        : []),
    );
  }

  /** @param {Rule} rule */
  async function turn(rule) {
    try {
      const now = await changeRule(rule.id, { is_enabled: !rule.is_enabled });
      if (signal.aborted) return;
      list.put(now);
      announce(`${now.pattern} is ${now.is_enabled ? 'on' : 'off'}.`);
    } catch (error) {
      toastError(error, 'Not changed');
    }
  }

  return {
    update: (next) => {
      place = next;
      drawActions();
      void list.reload();
    },
  };
};

/**
 * @param {Rule} rule
 * @param {() => void} turn
 */
function ruleRow(rule, turn) {
  const { id, site, kind, pattern, action, note, is_enabled } = rule;
  const turning = button(is_enabled ? 'Turn off' : 'Turn on', turn, { tone: 'quiet' });
  turning.dataset.focus = 'turn';
  turning.setAttribute('aria-label', `${is_enabled ? 'Turn off' : 'Turn on'} the rule ${pattern}`);
  const element = entry(addressOf(`rules/${id}`), h('code', { class: 'pattern', dir: 'auto' }, pattern), {
    badges: [badge(ACTIONS[action], is_enabled ? ACTION_TONES[action] : 'plain'), !is_enabled && badge('Off')],
    below: [KINDS[kind], ' · ', site, note !== null && [' · ', written(note)]],
    aside: may('configure') && turning,
  });
  element.classList.toggle('is-off', !is_enabled);
  return element;
}
