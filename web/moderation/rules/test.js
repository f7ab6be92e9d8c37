// The test box: what rules would have matched among the newest comments, and in a text of one's own.

/** @import { Rule, RuleTest } from '../types' */

import { announce } from '../announce.js';
import { testRule } from '../calls.js';
import { fill, h } from '../dom.js';
import { field, form } from '../form.js';
import { number, plural } from '../format.js';
import { part } from '../page.js';
import { badge, statusBadge, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { loadingState } from '../states.js';
import { highlighted } from './highlight.js';

const AT_ONCE = 20;

/** @typedef {{ pattern: string } & ({ rule_id: string } | { kind: Rule['kind'] })} Tried */

/**
 * @param {object} options
 * @param {() => { site: string, rules: Tried[] } | null} options.tried null if there is nothing to try
 * @param {(error: unknown, index: number) => boolean} [options.onError] shows what is wrong with a rule; false if it can't
 * @param {AbortSignal} options.signal
 */
export function testBox({ tried, onError = () => false, signal }) {
  const text = field('text', 'A text of your own', {
    rows: 2,
    hint: 'If you like: it is tried as well, as if it were a comment.',
    maxlength: 20_000,
  });
  const room = h('div', { class: 'test-results' });
  const { element } = form([text], 'Try it', async ({ text = '' }) => {
    const all = tried();
    if (all === null) return;
    const rules = all.rules.slice(0, AT_ONCE);
    fill(room, loadingState(2));
    /** @type {{ pattern: string, result: RuleTest }[]} */
    const results = [];
    for (const [index, { pattern, ...rule }] of rules.entries()) {
      try {
        const body = {
          site: all.site,
          ...('kind' in rule ? { pattern } : {}),
          ...rule,
          ...(text === '' ? {} : { text }),
        };
        results.push({ pattern, result: await testRule(body, signal) });
      } catch (error) {
        fill(room);
        if (signal.aborted || onError(error, index)) return;
        throw error;
      }
    }
    if (signal.aborted) return;
    const matched = results.reduce((sum, { result }) => sum + result.matched, 0);
    announce(`${plural(matched, 'match', 'matches')}.`);
    fill(
      room,
      results.map(({ pattern, result }) => outcome(pattern, result, text, results.length === 1)),
      all.rules.length > AT_ONCE && h('p', { class: 'aside' }, `Only the first ${AT_ONCE} were tried.`),
    );
  });
  return part(
    'Test',
    {
      text: 'What it would have caught among the newest 1,000 comments. Nothing is changed.',
    },
    h('div', { class: 'panel stack' }, element, room),
  );
}

/**
 * @param {string} pattern
 * @param {RuleTest} result
 * @param {string} text
 * @param {boolean} isOpen
 */
function outcome(pattern, { tested, is_complete, matched, matches, text_matches }, text, isOpen) {
  const isEmpty = tested === 0 && is_complete;
  const share = isEmpty ? 'There are no comments yet.' : `${number(matched)} of ${plural(tested, 'comment')}`;
  return h(
    'details',
    { class: 'test', open: isOpen },
    h(
      'summary',
      null,
      h('code', { class: 'pattern', dir: 'auto' }, pattern),
      ' ',
      badge(share, matched > 0 ? 'warning' : 'plain'),
      text_matches !== undefined && text_matches.length > 0 && [' ', badge('Your text matches', 'warning')],
    ),
    text_matches !== undefined &&
      h(
        'div',
        { class: 'test-text' },
        h('p', { class: 'aside' }, text_matches.length > 0 ? 'Your text matches:' : 'Your text doesn’t match.'),
        text_matches.length > 0 && highlighted(text, text_matches),
      ),
    matches.length > 0 &&
      h(
        'ul',
        { class: 'entries' },
        matches.map(({ comment, ranges }) =>
          h(
            'li',
            { class: 'entry' },
            h(
              'div',
              { class: 'entry-main' },
              h(
                'p',
                { class: 'entry-title' },
                h(
                  'a',
                  { class: 'link', href: addressOf(`comment/${comment.id}`) },
                  written(comment.author.name || 'Erased'),
                ),
                statusBadge(comment.status),
                ranges.length === 0 && badge('Only the name matches'),
                h('span', { class: 'aside' }, timeElement(comment.created_at)),
              ),
              highlighted(comment.body, ranges),
            ),
          ),
        ),
      ),
    !is_complete &&
      h(
        'p',
        { class: 'aside' },
        `The time was over: only the newest ${plural(tested, 'comment')} were looked at. A shorter pattern is faster.`,
      ),
    matched > matches.length && h('p', { class: 'aside' }, `The newest ${number(matches.length)} of them are shown.`),
  );
}
