// Adding rules, many at once; and trying patterns without adding them.

/** @import { Visit, Screen } from '../types' */

import { ApiProblem } from '../api.js';
import { addRules } from '../calls.js';
import { h } from '../dom.js';
import { field, form } from '../form.js';
import { plural } from '../format.js';
import { errorByLine, linesOf } from '../lines.js';
import { allSites, oneSite, page, part } from '../page.js';
import { go } from '../router.js';
import { loadInto } from '../states.js';
import { toast } from '../toast.js';
import { testBox } from './test.js';
import { ruleChoices } from './words.js';

const NOTE_CHARACTERS = 1000;

/** @type {Screen} */
export const addRulesScreen = (visit) => open(visit, 'Add rules', true);

/** @type {Screen} */
export const tryRulesScreen = (visit) => open(visit, 'Try a pattern', false);

/**
 * @param {Visit} visit
 * @param {string} title
 * @param {boolean} canSave
 */
function open({ main, place, signal }, title, canSave) {
  const { site } = place.query;
  const { add } = page(main, title, { back: { label: 'Rules', path: 'rules', query: { site } } });
  const room = h('div', { class: 'stack' });
  add(room);
  void loadInto(
    room,
    signal,
    async () => ({
      first: await oneSite(place, signal),
      all: await allSites(signal),
    }),
    ({ first, all }) => draw(all, first, canSave, signal),
  );
}

/**
 * @param {string[]} sites
 * @param {string} first
 * @param {boolean} canSave
 * @param {AbortSignal} signal
 */
function draw(sites, first, canSave, signal) {
  const site = field('site', 'Site', { options: sites.map((slug) => [slug, slug]), value: first });
  const { kind, action, kindOf, actionOf } = ruleChoices({ kind: 'word', action: 'hold' });
  const patterns = field('patterns', 'Patterns', {
    rows: 6,
    required: true,
    class: 'input is-code',
    spellcheck: 'false',
    autocapitalize: 'none',
    hint: 'One a line.',
  });
  const note = field('note', 'Note', { maxlength: NOTE_CHARACTERS, autocomplete: 'off', hint: 'Seen by staff only.' });
  const fields = [...(sites.length > 1 ? [site] : []), kind, patterns, ...(canSave ? [note] : [])];
  const { element, submit } = form(fields, 'Add', async ({ note = '' }) => {
    const { rules } = await addRules({
      site: site.input.value || first,
      kind: kindOf(),
      action: actionOf(),
      patterns: linesOf(patterns.input.value).map(({ text }) => text),
      ...(note.trim() === '' ? {} : { note: note.trim() }),
    }).catch((error) => {
      throw errorByLine(error, patterns);
    });
    toast(`${plural(rules.length, 'rule')} added.`);
    go('rules', { site: sites.length > 1 ? site.input.value : '' });
  });
  if (canSave) kind.element.after(action.element);
  else submit.remove();
  const test = testBox({
    signal,
    tried: () => {
      patterns.setError(null);
      const lines = linesOf(patterns.input.value);
      if (lines.length > 0) {
        return { site: site.input.value || first, rules: lines.map(({ text }) => ({ kind: kindOf(), pattern: text })) };
      }
      patterns.setError('This is needed.');
      patterns.input.focus();
      return null;
    },
    onError: (error, index) => {
      const line = linesOf(patterns.input.value)[index];
      const fault = error instanceof ApiProblem ? error.fields.get('pattern') : undefined;
      if (line === undefined || fault === undefined) return false;
      patterns.setError(`Line ${line.line}, ${line.text}: ${fault}`);
      patterns.input.focus();
      return true;
    },
  });
  return [part(canSave ? 'New rules' : 'Patterns', {}, h('div', { class: 'panel' }, element)), test];
}
