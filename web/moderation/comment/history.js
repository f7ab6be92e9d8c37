// What happened to a comment: reports, earlier texts, decisions.

/** @import { Child, Decision, Report, Revision } from '../types' */

import { h } from '../dom.js';
import { percent } from '../format.js';
import { badge, timeElement, written } from '../parts.js';
import { REASONS } from './actions.js';
import { bodyText } from './text.js';

/** @type {Record<Report['reason'], string>} */
const REPORT_REASONS = {
  spam: 'Spam',
  abuse: 'Abuse',
  off_topic: 'Off topic',
  illegal: 'Illegal content',
  other: 'Other',
};

/** @type {Record<string, string>} */
const VERBS = {
  approve: 'approved it',
  reject: 'rejected it',
  spam: 'marked it as spam',
  restore: 'restored it',
  delete: 'deleted it',
  hold: 'held it',
  undo: 'took the decision back',
};

/** @param {Report[]} reports */
export function reportList(reports) {
  if (reports.length === 0) return null;
  const open = reports.filter(({ outcome }) => outcome === 'open').length;
  return section(
    'Reports',
    open > 0 && badge(`${open} open`, 'danger'),
    h(
      'ul',
      { class: 'events' },
      reports.map(({ reason, detail, outcome, created_at, weight }) =>
        h(
          'li',
          { class: outcome === 'open' ? null : 'is-settled' },
          h(
            'p',
            null,
            h('strong', null, REPORT_REASONS[reason]),
            h(
              'span',
              { class: 'aside' },
              outcome === 'open' ? `counts ${percent(weight)}` : outcome,
              ' · ',
              timeElement(created_at),
            ),
          ),
          detail !== null && h('p', { class: 'quote', dir: 'auto' }, detail),
        ),
      ),
    ),
  );
}

/** @param {Revision[]} revisions */
export function revisionList(revisions) {
  if (revisions.length === 0) return null;
  return section(
    'Earlier texts',
    null,
    h(
      'ul',
      { class: 'events' },
      revisions.map(({ kind, body, created_at }) =>
        h(
          'li',
          null,
          h(
            'details',
            null,
            h(
              'summary',
              null,
              kind === 'censored' ? 'Before a rule censored it' : 'Before it was edited',
              h('span', { class: 'aside' }, timeElement(created_at)),
            ),
            bodyText(body),
          ),
        ),
      ),
    ),
  );
}

/** @param {Decision[]} decisions */
export function decisionList(decisions) {
  if (decisions.length === 0) return null;
  return section(
    'Decisions',
    null,
    h(
      'ol',
      { class: 'events' },
      decisions.map((decision) =>
        h(
          'li',
          { class: decision.undone_by_id === null ? null : 'is-settled' },
          h(
            'p',
            null,
            h(
              'span',
              null,
              decision.staff === null ? 'The service' : written(decision.staff.name),
              ' ',
              VERBS[decision.action] ?? decision.action,
              decision.reason !== null && `: ${REASONS[decision.reason].toLowerCase()}`,
              decision.undone_by_id !== null && ' (undone)',
            ),
            h('span', { class: 'aside' }, timeElement(decision.created_at)),
          ),
          decision.note !== null && h('p', { class: 'quote', dir: 'auto' }, decision.note),
        ),
      ),
    ),
  );
}

/**
 * @param {string} title
 * @param {Child} mark
 * @param {Child} content
 */
function section(title, mark, content) {
  return h('section', { class: 'history' }, h('h2', null, title, mark), content);
}
