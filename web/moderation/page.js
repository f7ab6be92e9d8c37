// The frame of the screens that are pages: a heading, what can be done, and parts below each other.

/** @import { Child, Place, Query } from './types' */

import { listSites } from './calls.js';
import { sites } from './counts.js';
import { fill, h } from './dom.js';
import { icon } from './icons.js';
import { addressOf, go } from './router.js';

let count = 0;

/**
 * @param {HTMLElement} main
 * @param {Child} title
 * @param {{ actions?: Child, text?: Child, back?: { label: string, path: string, query?: Query } }} [options] `back`: the
 *   list that it is from
 * @returns {{ heading: HTMLElement, add: (...children: (Node | string)[]) => void }}
 */
export function page(main, title, { actions, text, back } = {}) {
  const heading = h('h1', { tabindex: -1 }, title);
  const element = h(
    'div',
    { class: 'page' },
    h(
      'header',
      { class: 'page-head' },
      back !== undefined &&
        h('a', { class: 'crumb', href: addressOf(back.path, back.query) }, icon('back'), back.label),
      heading,
      actions,
      text !== undefined && h('p', { class: 'page-text' }, text),
    ),
  );
  main.append(element);
  return { heading, add: (...children) => element.append(...children) };
}

/**
 * A part of a page, with its own heading.
 *
 * @param {string} title
 * @param {{ text?: Child, actions?: Child, class?: string }} options
 * @param {...Child} children
 */
export function part(title, { text, actions, class: more = '' }, ...children) {
  const id = `part-${(count += 1)}`;
  return h(
    'section',
    { class: `part ${more}`.trim(), 'aria-labelledby': id },
    h(
      'div',
      { class: 'part-head' },
      h('h2', { id }, title),
      actions,
      text !== undefined && h('p', { class: 'part-text' }, text),
    ),
    children,
  );
}

/**
 * What is known of something: pairs of a word and what it stands for.
 *
 * @param {...([label: string, value: Child] | false)} pairs
 */
export function facts(...pairs) {
  return h(
    'dl',
    { class: 'fact-list' },
    pairs.map((pair) => pair !== false && h('div', null, h('dt', null, pair[0]), h('dd', null, pair[1]))),
  );
}

/**
 * An entry of a list that leads somewhere: the whole of it can be clicked, the title is the link.
 *
 * @param {string} href
 * @param {Child} title
 * @param {{ badges?: Child, below?: Child, aside?: Child }} more
 */
export function entry(href, title, { badges, below, aside }) {
  return h(
    'li',
    { class: 'entry is-link' },
    h(
      'div',
      { class: 'entry-main' },
      h('p', { class: 'entry-title' }, h('a', { class: 'entry-link', href }, title), badges),
      below !== undefined && h('p', { class: 'entry-below' }, below),
    ),
    aside !== undefined && h('div', { class: 'entry-aside' }, aside),
  );
}

/**
 * What can't be taken back, apart from everything else: each with a sentence and a button.
 *
 * @param {...({ title: string, text: Child, button: HTMLElement } | false)} acts
 */
export function finalActs(...acts) {
  return h(
    'ul',
    { class: 'entries final' },
    acts.map(
      (act) =>
        act !== false &&
        h(
          'li',
          { class: 'entry' },
          h(
            'div',
            { class: 'entry-main' },
            h('p', { class: 'entry-title' }, act.title),
            h('p', { class: 'entry-below' }, act.text),
          ),
          h('div', { class: 'entry-aside' }, act.button),
        ),
    ),
  );
}

/**
 * A choice above a list, kept in the address.
 *
 * @param {string} label
 * @param {string} name of the parameter
 * @param {readonly (readonly [value: string, label: string])[]} options
 * @param {() => Place} place
 */
export function filter(label, name, options, place) {
  const select = h('select', {
    class: 'input',
    on: {
      change: () => {
        const { path, query } = place();
        go(path, { ...query, [name]: select.value });
      },
    },
  });
  const element = h('label', { class: 'filter' }, h('span', null, label), select);
  const draw = () => {
    select.value = place().query[name] ?? '';
  };
  const setOptions = (/** @type {typeof options} */ fresh) => {
    fill(
      select,
      fresh.map(([value, text]) => h('option', { value }, text)),
    );
    draw();
  };
  setOptions(options);
  return { element, draw, setOptions };
}

/**
 * The site that the address names, else the first one.
 *
 * @param {Place} place
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function oneSite({ query }, signal) {
  const known = query.site ?? sites()[0];
  if (known !== undefined && known !== '') return known;
  const { sites: first } = await listSites({ limit: 1 }, signal);
  return first[0]?.slug ?? '';
}

/**
 * The sites to choose from.
 *
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>}
 */
export async function allSites(signal) {
  if (sites().length > 0) return sites();
  const { sites: all } = await listSites({ limit: 100 }, signal);
  return all.map(({ slug }) => slug);
}
