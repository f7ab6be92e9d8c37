// A field that takes one thing a line, and says which line is wrong.

/** @import { Field } from './form.js' */

import { ApiProblem } from './api.js';
import { FieldErrors } from './form.js';

/**
 * The lines with something in them, each with its number from 1.
 *
 * @param {string} text
 * @returns {{ text: string, line: number }[]}
 */
export function linesOf(text) {
  return text
    .split('\n')
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text }) => text !== '');
}

/**
 * The error in terms of the field, if the service named items of a list (`/patterns/3`); else the error itself.
 *
 * @param {unknown} error
 * @param {Field} field
 */
export function errorByLine(error, { name, input }) {
  if (!(error instanceof ApiProblem)) return error;
  const lines = linesOf(input.value);
  const faults = (error.problem.errors ?? []).flatMap(({ pointer, detail }) => {
    const [, member, index] = pointer.split('/');
    const at = member === name ? lines[Number(index)] : undefined;
    return at === undefined || index === undefined ? [] : [{ ...at, detail }];
  });
  if (faults.length === 0) return error;
  const [first] = faults;
  if (first !== undefined && input instanceof HTMLTextAreaElement) selectLine(input, first.line);
  return new FieldErrors({
    [name]: faults.map(({ text, line, detail }) => `Line ${line}, ${text}: ${detail}`).join('\n'),
  });
}

/**
 * @param {HTMLTextAreaElement} area
 * @param {number} line
 */
function selectLine(area, line) {
  const lines = area.value.split('\n');
  const from = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
  area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
}
