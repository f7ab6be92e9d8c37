// What the elements have in common: where the service is, and which language the page is in there. None of it is a
// property of the elements, for frameworks set properties of the names of attributes where there are any.

/** Where the script came from is where the comments are. */
const ORIGIN = new URL(import.meta.url).origin;

/**
 * The service's address.
 *
 * @param {Element} element
 */
export const serviceOf = (element) =>
  new URL(element.getAttribute('src') || ORIGIN, document.baseURI).href.replace(/\/+$/, '');

/** @param {Element} element */
export const siteOf = (element) => element.getAttribute('site') || 'default';

/**
 * The language that the page has there, in whatever shadow that is.
 *
 * @param {Element} element
 * @returns {string}
 */
export function languageOf(element) {
  const speaking = /** @type {HTMLElement | null} */ (element.closest('[lang]'));
  const { host } = /** @type {Partial<ShadowRoot>} */ (element.getRootNode());
  return (speaking ? speaking.lang : host && languageOf(host)) || navigator.language;
}

export class ServiceElement extends HTMLElement {
  /**
   * @param {string} name
   * @param {object} detail
   */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`rejoinder:${name}`, { detail, bubbles: true, composed: true }));
  }
}
