// Makes elements. Text becomes text nodes, so nothing that somebody wrote is ever read as markup.

/** @import { Child, Props } from './types' */

/** What is set as a property, because the attribute is only the first value. */
const PROPERTIES = new Set(['value', 'checked', 'indeterminate', 'open']);

/**
 * Makes an element: `h('a', { href: '#/queue/pending', class: 'link' }, 'Queue')`.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  const { on, dataset, ...attributes } = props ?? {};
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  Object.assign(element.dataset, dataset);
  for (const [event, handler] of Object.entries(on ?? {})) {
    element.addEventListener(event, /** @type {EventListener} */ (handler));
  }
  append(element, children);
  return element;
}

/**
 * Sets an attribute, or takes it away if there is no value.
 *
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  if (PROPERTIES.has(name)) Object.assign(element, { [name]: value ?? '' });
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * Puts children at the end of a node.
 *
 * @param {ParentNode} parent
 * @param {Child[]} children
 */
export function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.append(child);
    else if (child !== null && child !== undefined && child !== false) parent.append(String(child));
  }
}

/**
 * Replaces all that is in a node.
 *
 * @param {ParentNode} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/**
 * The address if a browser may follow it, else null: `javascript:` and the like never become links.
 *
 * @param {string | null} url
 */
export function webAddress(url) {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}

/**
 * Calls the function when there was no further call for some time.
 *
 * @param {(...args: any[]) => void} run
 * @param {number} milliseconds
 */
export function settled(run, milliseconds) {
  let timer = 0;
  return (/** @type {any[]} */ ...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => run(...args), milliseconds);
  };
}

/** Whether there is only room for one column; the style sheets have the same width. */
export function isNarrow() {
  return matchMedia('(max-width: 719px)').matches;
}
