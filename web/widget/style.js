// Style sheets, shared by all elements of the page, and what of the page's own style a sheet can't ask for.

/** Where a colour lies between black and white for it to be of a dark page. */
const LIGHT_TEXT = 0.5;
/** @type {Map<string, CSSStyleSheet>} */
const sheets = new Map();

/**
 * The style sheet with this text, made once.
 *
 * @param {string} text
 */
export function styleSheet(text) {
  const sheet = sheets.get(text) ?? new CSSStyleSheet();
  if (!sheets.has(text)) sheet.replaceSync(text);
  sheets.set(text, sheet);
  return sheet;
}

/**
 * Whether an element stands on something dark that doesn't say so with `color-scheme`: then its text is light.
 *
 * @param {Element} element
 */
export function darkOn(element) {
  const { color, colorScheme } = getComputedStyle(element);
  const [red = 0, green = 0, blue = 0] = (/^rgba?\(([^)]+)/.exec(color)?.[1] ?? '').split(/[\s,/]+/).map(Number);
  const brightness = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  return colorScheme === 'normal' && brightness > LIGHT_TEXT;
}
