// What a ranking is made with: a bundle of its own, for pages that have one.

/** @import { components } from '../types/api' */
/** @import { Messages } from './messages.js' */
/** @typedef {components['schemas']['Ranking']} Ranking */

import { Api, parameters } from './api.js';
import { h, set } from './dom.js';
import { languageOf, serviceOf, siteOf } from './element.js';
import { loadMessages } from './messages.js';
import style from './ranking.css';

export { style };

/**
 * Reads the ranking that an element names, and makes what it shows.
 *
 * @param {Element} element
 * @param {AbortSignal} signal
 */
export async function rank(element, signal) {
  const of = (/** @type {string} */ name) => element.getAttribute(name);
  const src = serviceOf(element);
  const api = new Api({ src, site: siteOf(element), thread: '' }, null, signal);
  const reading = loadMessages(src, languageOf(element), signal);
  reading.catch(() => {});
  const query = { window: of('window') || '24h', limit: of('limit') || 5 };
  /** @type {Ranking} */
  const ranking = await api.call(`rankings/most-commented?${parameters(query)}`, {});
  return { ranking, section: show(ranking, await reading, of('heading-level') ?? '') };
}

/**
 * @param {Ranking} ranking
 * @param {Messages} messages
 * @param {string} heading
 */
function show({ threads }, messages, heading) {
  const level = /** @type {'h2'} */ (`h${/^[2-6]$/.exec(heading) ?? 2}`);
  const items = threads.map(({ thread: { key, url, title }, comments }, index) =>
    h('li', { class: 'item', part: 'item' }, h('div', { class: 'comment' },
      h('span', { class: 'avatar', part: 'place', 'aria-hidden': 'true' }, messages.number(index + 1)),
      h('a', { part: 'link', href: addressOf(key, url) }, h('bdi', null, title ?? key)),
      h('span', { class: 'hint', part: 'count' }, messages.text('ranking.comments', { count: comments })))));
  const section = h('section', { class: 'root', part: 'root', 'aria-labelledby': 'heading' },
    h(level, { id: 'heading', part: 'heading' }, messages.text('ranking.heading')),
    h('ol', { class: 'list', part: 'list', role: 'list' }, items));
  set(section, 'lang', messages.language);
  set(section, 'dir', messages.direction);
  return section;
}

/**
 * Where a link leads: to the article's address on the web, which the site knows, or by a path on this site, as threads
 * without one have for a key. Anybody can write anywhere by a key of their own, so it leads nowhere else.
 *
 * @param {string} key
 * @param {string | null} url
 */
function addressOf(key, url) {
  if (url !== null && /^https?:/.test(url)) return url;
  return /^\/(?![/\\])/.test(key) ? key : null;
}
