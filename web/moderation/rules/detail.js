// One rule: what it says, and what it would have caught.

/** @import { Rule, Screen } from '../types' */

import { ApiProblem } from '../api.js';
import { changeRule, findRule, removeRule } from '../calls.js';
import { confirmDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { changesOf, check } from '../fields.js';
import { field, form } from '../form.js';
import { facts, finalActs, page, part } from '../page.js';
import { button, timeElement, written } from '../parts.js';
import { go } from '../router.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { testBox } from './test.js';
import { ACTIONS, KINDS, ruleChoices } from './words.js';

const NOTE_CHARACTERS = 1000;

/** @type {Screen} */
export const ruleScreen = ({ main, place, signal }) => {
  const back = { label: 'Rules', path: 'rules', query: { site: place.query.site } };
  const { heading, add } = page(main, 'Rule', { back });
  const room = h('div', { class: 'stack' });
  add(room);
  void loadInto(room, signal, () => findRule(place.params.id ?? '', signal), draw);

  /** @param {Rule} rule */
  function draw(rule) {
    fill(heading, 'Rule ', h('code', { dir: 'auto' }, rule.pattern));
    if (!may('configure')) {
      const tried = { rule_id: rule.id, pattern: rule.pattern };
      return [readOnly(rule), testBox({ signal, tried: () => ({ site: rule.site, rules: [tried] }) })];
    }
    const { element, test } = editor(rule);
    return [
      part('Rule', {}, h('div', { class: 'panel' }, element)),
      test,
      finalActs({
        title: 'Remove the rule',
        text: 'To stop it for a while, turn it off instead.',
        button: button('Remove', () => void remove(rule), { icon: 'delete', tone: 'danger' }),
      }),
    ];
  }

  /** @param {Rule} rule */
  function editor(rule) {
    const { kind, action, kindOf, actionOf } = ruleChoices(rule);
    const pattern = field('pattern', 'Pattern', {
      value: rule.pattern,
      required: true,
      class: 'input is-code',
      dir: 'auto',
      autocomplete: 'off',
      spellcheck: 'false',
    });
    const note = field('note', 'Note', {
      value: rule.note ?? '',
      maxlength: NOTE_CHARACTERS,
      autocomplete: 'off',
      hint: 'Seen by staff only.',
    });
    const isOn = check('is_enabled', 'The rule is on', { checked: rule.is_enabled });
    const { element } = form([kind, pattern, note, isOn], 'Save', async (values) => {
      const changes = changesOf(
        {
          kind: kindOf(),
          action: actionOf(),
          pattern: values.pattern ?? '',
          note: values.note?.trim() || null,
          is_enabled: isOn.isOn(),
        },
        rule,
      );
      if (changes === null) return toast('Nothing has changed.');
      await changeRule(rule.id, changes);
      toast('Saved.');
      go('rules', back.query);
    });
    kind.element.after(action.element);
    const test = testBox({
      signal,
      tried: () => ({ site: rule.site, rules: [{ kind: kindOf(), pattern: pattern.input.value }] }),
      onError: (error) => {
        const fault = error instanceof ApiProblem ? error.fields.get('pattern') : undefined;
        if (fault === undefined) return false;
        pattern.setError(fault);
        pattern.input.focus();
        return true;
      },
    });
    return { element, test };
  }

  /** @param {Rule} rule */
  async function remove(rule) {
    const text = ['Comments that ', h('strong', null, written(rule.pattern)), ' held go on waiting.'];
    if (!(await confirmDialog('Remove the rule?', text, 'Remove'))) return;
    try {
      await removeRule(rule.id);
      toast('The rule is removed.');
      go('rules', back.query);
    } catch (error) {
      toastError(error, 'Not removed');
    }
  }
};

/** @param {Rule} rule */
function readOnly({ site, kind, action, note, is_enabled, created_at }) {
  return part(
    'Rule',
    {},
    h(
      'div',
      { class: 'panel' },
      facts(
        ['Site', site],
        ['Kind', KINDS[kind]],
        ['Action', ACTIONS[action]],
        ['Note', note === null ? 'None' : written(note)],
        ['State', is_enabled ? 'On' : 'Off'],
        ['Added', timeElement(created_at)],
      ),
    ),
  );
}
