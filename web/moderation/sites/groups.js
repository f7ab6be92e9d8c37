// The settings of a site as fields, in groups.

/** @import { Field } from '../form.js' */
/** @import { SiteSettings } from '../types' */

import { check, numberIn } from '../fields.js';
import { FieldErrors, field } from '../form.js';
import { originsField, readOrigins } from './origins.js';

/** @typedef {{ legend: string, fields: Field[], read: (values: Record<string, string>) => Record<string, unknown> }} Group */

/** @param {SiteSettings} site @returns {Group[]} */
export function groupsOf(site) {
  const { policy } = site;
  return [originGroup(site), moderationGroup(site), limitGroup(policy), formatGroup(policy), textGroup(policy)];
}

/** @param {SiteSettings} site @returns {Group} */
function originGroup({ origins }) {
  return {
    legend: 'Pages that may write',
    fields: [originsField(origins)],
    read: ({ origins = '' }) => ({ origins: readOrigins(origins) }),
  };
}

/** @param {SiteSettings} site @returns {Group} */
function moderationGroup({ policy, hold_first_comment, max_links, report_threshold, close_after_days }) {
  const first = check('hold_first_comment', 'Hold comments of writers of whom none was approved yet', {
    checked: hold_first_comment,
  });
  return {
    legend: 'Moderation',
    fields: [
      field('moderation', 'New comments', {
        value: policy.moderation,
        options: [
          ['post', 'Are published at once'],
          ['pre', 'Wait until they are approved'],
        ],
      }),
      first,
      numeric('max_links', 'Most links of a comment', max_links, 'A comment with more of them waits. Empty: no limit.'),
      numeric(
        'report_threshold',
        'Reports that hold a comment',
        report_threshold,
        'Each counts by how the reporter was right before. 0: reports never hold.',
      ),
      numeric('close_after_days', 'Close threads after days', close_after_days, 'Empty: never.'),
    ],
    read: (values) => ({
      moderation: values.moderation,
      hold_first_comment: first.isOn(),
      max_links: numberIn(values, 'max_links', 0, 100),
      report_threshold: needed(values, 'report_threshold', 0, 1000),
      close_after_days: numberIn(values, 'close_after_days', 1, 3650),
    }),
  };
}

/** @param {SiteSettings['policy']} policy @returns {Group} */
function limitGroup({ min_characters, max_characters, max_depth, edit_window_seconds }) {
  return {
    legend: 'Limits',
    fields: [
      numeric('min_characters', 'Fewest characters', min_characters),
      numeric('max_characters', 'Most characters', max_characters, 'A thread can have a limit of its own.'),
      numeric('max_depth', 'Depth of replies', max_depth, 'Deeper ones are shown at this depth.'),
      numeric('edit_window_seconds', 'Writers can edit for seconds', edit_window_seconds, '0: not at all.'),
    ],
    read: (values) => ({
      min_characters: needed(values, 'min_characters', 1, 20_000),
      max_characters: needed(values, 'max_characters', 1, 20_000),
      max_depth: needed(values, 'max_depth', 0, 100),
      edit_window_seconds: needed(values, 'edit_window_seconds', 0, 315_360_000),
    }),
  };
}

/** @param {SiteSettings['policy']} policy @returns {Group} */
function formatGroup({ text_format, voting, guests }) {
  const allowed = check('guests', 'People without an account can write', { checked: guests });
  return {
    legend: 'Formats',
    fields: [
      field('text_format', 'Texts', {
        value: text_format,
        options: [
          ['plain', 'Plain, with links'],
          ['markdown', 'Markdown, without HTML and images'],
        ],
      }),
      field('voting', 'Votes', {
        value: voting,
        options: [
          ['up_down', 'Up and down'],
          ['up', 'Up only'],
          ['none', 'None'],
        ],
      }),
      allowed,
    ],
    read: ({ text_format, voting }) => ({ text_format, voting, guests: allowed.isOn() }),
  };
}

/** @param {SiteSettings['policy']} policy @returns {Group} */
function textGroup({ guidelines }) {
  return {
    legend: 'Words to writers',
    fields: [
      field('guidelines', 'Guidelines', {
        rows: 5,
        value: guidelines ?? '',
        hint: 'Shown beside the form, as plain text. At most 2,000 characters.',
      }),
    ],
    read: ({ guidelines = '' }) => ({ guidelines: guidelines.trim() || null }),
  };
}

/**
 * @param {string} name
 * @param {string} label
 * @param {number | null} value
 * @param {string} [hint]
 */
function numeric(name, label, value, hint) {
  const made = field(name, label, { value: value ?? '', inputmode: 'numeric', autocomplete: 'off', hint });
  made.element.classList.add('short');
  return made;
}

/**
 * @param {Record<string, string>} values
 * @param {string} name
 * @param {number} min
 * @param {number} max
 */
function needed(values, name, min, max) {
  const value = numberIn(values, name, min, max);
  if (value === null) throw new FieldErrors({ [name]: 'This is needed.' });
  return value;
}
