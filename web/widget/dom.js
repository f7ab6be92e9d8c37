// Makes elements. Text becomes text nodes, so nothing that somebody wrote is ever read as markup.

/** @import { Child, Props } from './types' */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element: `h('a', { href: '#here', on: { click } }, 'Here')`. A value of null or false sets no attribute.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  const { on, ...attributes } = props ?? {};
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  for (const [event, handler] of Object.entries(on ?? {})) element.addEventListener(event, handler);
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
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}

/**
 * @param {ParentNode} parent
 * @param {Child[]} children
 */
function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

/**
 * Makes these the children of an element, in this order, and leaves alone what is in its place already: what has the
 * focus or is being read doesn't move.
 *
 * @param {ParentNode} parent
 * @param {(Element | null | false)[]} children
 */
export function arrange(parent, children) {
  const wanted = children.filter((child) => child instanceof Element);
  const keep = new Set(wanted);
  let next = parent.firstElementChild;
  const dropStale = (/** @type {Element | null} */ until) => {
    while (next && next !== until && !keep.has(next)) {
      const stale = next;
      next = next.nextElementSibling;
      stale.remove();
    }
  };
  for (const child of wanted) {
    dropStale(child);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
  dropStale(null);
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * An icon of one line, in the colour of the text.
 *
 * @param {string} path
 */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  set(svg, 'viewBox', '0 0 16 16');
  set(svg, 'aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  set(line, 'd', path);
  svg.append(line);
  return svg;
}

/**
 * A button with a part's name as its class.
 *
 * @param {string} part
 * @param {string | null} label
 * @param {() => void} press
 * @param {Props} [props]
 */
export function button(part, label, press, props) {
  return h('button', { type: 'button', class: part, part, ...props, on: { click: press } }, label);
}

/**
 * A list that is read as one, though it has no numbers.
 *
 * @param {Props} props
 */
export const list = (props) => h('ol', { role: 'list', ...props });

/**
 * The element with the focus, within shadow roots too.
 *
 * @param {Node} node
 */
export function focused(node) {
  const root = node.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}
