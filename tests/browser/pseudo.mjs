// A language that nobody speaks, made of the English texts: in brackets, with accents, and longer, as other languages are.
// What isn't in it on the page is wired into the code.

const ACCENTED = { a: 'å', e: 'é', i: 'î', o: 'ö', u: 'ü' };

/** The texts of the made-up language for those of English. */
export function pseudo(texts) {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, typeof text === 'string' ? say(text) : pseudo(text)]));
}

function say(text) {
  const accented = text.replace(/\{\w+\}|[aeiou]/g, (found) => (ACCENTED[found] ?? '').repeat(2) || found);
  return `⟦${accented}⟧`;
}
