// The field for the origins of a site, which says what an origin is before the service has to.

import { FieldErrors, field } from '../form.js';
import { linesOf } from '../lines.js';

/** A host, of letters of any script, with a port or any port. */
const ORIGIN = /^https?:\/\/(\*\.)?[^\s/?#@*]+(:\*)?$/iu;

/** @param {readonly string[]} origins */
export function originsField(origins) {
  return field('origins', 'Origins', {
    rows: Math.max(3, origins.length + 1),
    value: origins.join('\n'),
    class: 'input is-code',
    spellcheck: 'false',
    autocapitalize: 'none',
    hint: [
      'One a line, such as https://news.example: only pages from there can write. “*.” before the host stands for ' +
        'one label, “:*” after it for any port.',
    ],
  });
}

/**
 * The origins that were typed.
 *
 * @param {string} text
 * @returns {string[]}
 * @throws {FieldErrors} which says for each line what is wrong, and what would be right
 */
export function readOrigins(text) {
  const lines = linesOf(text);
  const faults = lines.flatMap(({ text, line }) => {
    const remedy = remedyFor(text);
    return remedy === null ? [] : [`Line ${line}, ${text}: ${remedy}`];
  });
  if (faults.length > 0) throw new FieldErrors({ origins: faults.join('\n') });
  return [...new Set(lines.map(({ text }) => text))];
}

/** @param {string} text */
function remedyFor(text) {
  if (ORIGIN.test(text)) return null;
  if (text === '*') return 'every page of the web is not possible. Name the origins of your own pages.';
  if (/\s/.test(text)) return 'there is a space in it.';
  if (!/^[a-z]+:\/\//i.test(text))
    return `it begins with https:// or http://. Did you mean https://${text.replace(/\/.*$/, '')}?`;
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol))
    return `an origin has no path. Did you mean ${parsed.origin}?`;
  return 'this is no origin. One looks like https://news.example.';
}
