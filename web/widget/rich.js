// Reads the HTML of a comment, and makes nodes of it. It knows what the service's sanitiser lets through and nothing
// else: whatever is different is shown as the text that it is.

/** @typedef {{ tag: string, href: string | null, children: (Rich | string)[] }} Rich */
/** @typedef {{ first: number, last: number }} Levels of headings: the highest that may be, and that of the last one */

const ELEMENTS = new Set(
  'p br em strong del code pre blockquote ul ol li a h3 h4'.split(' '),
);
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>|[^<]+|</g;
const HREF = / href="([^"]*)"/;
const LINK = /^(https?:\/\/|mailto:)/i;
/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00A0' };

/** @param {string} text */
const decode = (text) => text.replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name) => ENTITIES[name] ?? '');

/**
 * The tree of a comment's HTML.
 *
 * @param {string} html
 * @returns {(Rich | string)[]}
 */
export function parse(html) {
  /** @type {Rich} */
  const root = { tag: '', href: null, children: [] };
  const open = [root];
  for (const [token, slash, tag, attributes] of html.matchAll(TOKEN)) {
    const inner = /** @type {Rich} */ (open.at(-1));
    if (tag === undefined || !ELEMENTS.has(tag)) inner.children.push(decode(token));
    else if (slash) close(open, tag);
    else {
      const element = { tag, href: tag === 'a' ? link(attributes ?? '') : null, children: [] };
      inner.children.push(element);
      if (tag !== 'br') open.push(element);
    }
  }
  return root.children;
}

/**
 * @param {Rich[]} open
 * @param {string} tag
 */
function close(open, tag) {
  const index = open.findLastIndex((element) => element.tag === tag);
  if (index > 0) open.length = index;
}

/** @param {string} attributes */
function link(attributes) {
  const href = decode(HREF.exec(attributes)?.[1] ?? '');
  return LINK.test(href) && URL.canParse(href) ? href : null;
}

/**
 * The nodes of a comment's HTML.
 *
 * @param {string} html
 * @param {number} headingLevel of the highest headings that the writer may have made
 */
export function nodes(html, headingLevel) {
  const fragment = document.createDocumentFragment();
  build(fragment, parse(html), { first: headingLevel, last: headingLevel - 1 });
  return fragment;
}

/**
 * @param {Node} parent
 * @param {(Rich | string)[]} children
 * @param {Levels} levels
 */
function build(parent, children, levels) {
  for (const child of children) {
    if (typeof child === 'string') {
      parent.appendChild(document.createTextNode(child));
      continue;
    }
    const element = document.createElement(elementName(child, levels));
    if (child.href !== null) {
      element.setAttribute('href', child.href);
      element.setAttribute('rel', 'nofollow ugc noopener noreferrer');
    }
    build(element, child.children, levels);
    parent.appendChild(element);
  }
}

/**
 * Headings come below that of the comments, each at most one level below the one before it; a link that leads nowhere is
 * none.
 *
 * @param {Rich} rich
 * @param {Levels} levels
 */
function elementName({ tag, href }, levels) {
  if (tag === 'a' && href === null) return 'span';
  if (tag !== 'h3' && tag !== 'h4') return tag;
  levels.last = Math.min(levels.first + Number(tag[1]) - 3, levels.last + 1, 6);
  return `h${levels.last}`;
}
