// What the small elements have in common: where the service is, and which language the page is in there.

/** Where the script came from is where the comments are. */
const ORIGIN = new URL(import.meta.url).origin;

export class ServiceElement extends HTMLElement {
  /** The service's address. */
  get src() {
    return new URL(this.getAttribute('src') || ORIGIN, document.baseURI).href.replace(/\/+$/, '');
  }

  /** Where the calls of the site begin. */
  get base() {
    return `${this.src}/api/v1/sites/${encodeURIComponent(this.getAttribute('site') || 'default')}/`;
  }

  get language() {
    const speaking = /** @type {HTMLElement | null} */ (this.closest('[lang]'));
    return speaking?.lang || navigator.language;
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`rejoinder:${name}`, { detail, bubbles: true, composed: true }));
  }
}
