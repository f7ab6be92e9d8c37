// Where a reader is on the page, and how to get elsewhere without losing the way.

const LINK = /^#rejoinder-([0-9a-v]{13})$/;

/** The id of the comment that the page's address leads to. */
export const linkedId = () => LINK.exec(location.hash)?.[1] ?? null;

/**
 * Brings a comment into view, no further than need be, and gives it the focus.
 *
 * @param {HTMLElement | undefined} article
 */
export function scrollTo(article) {
  if (!article) return;
  article.focus({ preventScroll: true });
  article.scrollIntoView({ block: 'nearest' });
}

/** What has the focus, in whatever shadow. */
export function focusNow() {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

/**
 * Whether the focus is where it was, or nowhere: whoever went on meanwhile isn't called back.
 *
 * @param {Element | null} before
 */
export const isFocusFree = (before) => [before, document.body].includes(focusNow());

/**
 * Which of some elements comes first in the page.
 *
 * @param {(HTMLElement | undefined)[]} elements
 */
export function first(elements) {
  const precedes = (/** @type {Node} */ a, /** @type {Node} */ b) =>
    Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
  /** @type {HTMLElement | undefined} */
  let found;
  for (const element of elements) if (element && !(found && precedes(found, element))) found = element;
  return found;
}

/**
 * Changes a list, and keeps what stands first in the window where it is.
 *
 * @param {HTMLElement} section
 * @param {() => void} change
 */
export function standingStill(section, change) {
  const top = (/** @type {Element | undefined} */ item) => item?.getBoundingClientRect().top ?? 0;
  // Only the outermost items: to ask for more would lay out what the browser has put off.
  const anchor = [...section.querySelectorAll('.list > .item')].find((item) => top(item) >= 0);
  const before = top(anchor);
  // Only one of us shall hold still: the browser, or this.
  section.classList.add('holding');
  change();
  if (anchor?.isConnected) window.scrollBy(0, top(anchor) - before);
  section.classList.remove('holding');
}
