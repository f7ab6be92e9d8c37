// Counts what readers see as characters, exactly as the service does: normalise, then count grapheme clusters.

const REMOVED = /(?![\n\r\t])\p{Cc}|[\u202A-\u202E\u2066-\u2069\uFEFF\uFFF9-\uFFFB]|\p{NChar}/gu;
const BLANK = /^[\s\u2800\p{DI}]*$/u;
const ASCII = /^[\n\t -~]*$/;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** @param {string} text */
export function normalise(text) {
  // What is removed doesn't part a CR from its LF, so that goes first.
  return text.toWellFormed().replace(REMOVED, '').replace(/\r\n?/g, '\n').normalize('NFC').trim();
}

/**
 * The number of characters; 0 if there is nothing to be seen.
 *
 * @param {string} text
 */
export function countCharacters(text) {
  const normal = normalise(text);
  if (ASCII.test(normal)) return normal.length;
  if (BLANK.test(normal)) return 0;
  let count = 0;
  for (const _ of segmenter.segment(normal)) count += 1;
  return count;
}
