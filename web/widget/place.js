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

/**
 * Changes a list, and keeps what stands first in the window where it is.
 *
 * @param {HTMLElement} section
 * @param {() => void} change
 */
export function standingStill(section, change) {
  const inView = (/** @type {Element} */ element) => element.getBoundingClientRect().top >= 0;
  const anchor = [...section.querySelectorAll('article')].find(inView);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  // Only one of us shall hold still: the browser, or this.
  section.classList.add('holding');
  change();
  if (anchor?.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - before);
  section.classList.remove('holding');
}
