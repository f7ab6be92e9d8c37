// Style sheets, shared by all elements of a document, and what of the page's own style a sheet can't ask for.

/** Where a colour lies between black and white for it to be of a dark page. */
const LIGHT_TEXT = 0.5;
/** @type {WeakMap<Document, Map<string, CSSStyleSheet>>} */
const sheets = new WeakMap();

/**
 * Gives a shadow its style sheets, each made once for a document: a sheet of one is refused by others.
 *
 * @param {ShadowRoot} shadow
 * @param {string[]} texts
 */
export function dress(shadow, texts) {
  const { ownerDocument: page } = shadow;
  const made = sheets.get(page) ?? new Map();
  sheets.set(page, made);
  shadow.adoptedStyleSheets = texts.map((text) => {
    const sheet = made.get(text) ?? new (page.defaultView ?? window).CSSStyleSheet();
    if (!made.has(text)) sheet.replaceSync(text);
    made.set(text, sheet);
    return sheet;
  });
}

/**
 * Takes over whether the page is light or dark, where the page doesn't say so itself, and follows it.
 *
 * @param {HTMLElement} element
 * @param {HTMLElement} section of the element's shadow
 * @param {AbortSignal} signal
 */
export function followLight(element, section, signal) {
  const paint = () => {
    const chosen = /^(light|dark)$/.test(element.getAttribute('theme') ?? '');
    section.classList.toggle('dark', !chosen && darkOn(element));
  };
  const { body, documentElement } = document;
  const observer = new MutationObserver(paint);
  for (const node of [documentElement, body]) observer.observe(node, { attributeFilter: ['class', 'style'] });
  observer.observe(element, { attributeFilter: ['theme'] });
  signal.addEventListener('abort', () => observer.disconnect());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint, { signal });
  paint();
}

/**
 * Whether an element stands on something dark that doesn't say so with `color-scheme`: then its text is light.
 *
 * @param {HTMLElement} element
 */
function darkOn(element) {
  const { color, colorScheme } = getComputedStyle(element);
  const probe = document.createElement('i');
  // Whatever a colour is written in, as a mixture it has three numbers from 0 to 1.
  probe.style.color = `color-mix(in srgb, ${color}, ${color})`;
  element.shadowRoot?.append(probe);
  const [red = 0, green = 0, blue = 0] = (/srgb ([^)]+)/.exec(getComputedStyle(probe).color)?.[1] ?? '').split(' ').map(Number);
  probe.remove();
  return colorScheme === 'normal' && 0.299 * red + 0.587 * green + 0.114 * blue > LIGHT_TEXT;
}
