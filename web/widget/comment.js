// One comment as it is shown, and what can be done with it. It is changed in place, so that neither the focus nor what
// is being read gets lost.

/** @import { Act, Comment, Context, Score } from './types' */

import { arrange, button, focused, h, icon, list, set, setText } from './dom.js';
import { nodes } from './rich.js';

const UP = 'M3 10.5 8 5.5l5 5';
const DOWN = 'M3 5.5l5 5 5-5';
const MINUS = 'M3 8h10';
const PLUS = `${MINUS}M8 3v10`;
const LINK = 'M6.5 9.5l3-3M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2';
/** @type {Partial<Record<Act, string>>} */
const ICONS = { up: UP, down: DOWN, copy: LINK, fold: MINUS };
const TINTS = 4;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * What decides how a comment is shown.
 *
 * @typedef {object} Facts
 * @property {Comment} comment
 * @property {boolean} own
 * @property {number} vote of the viewer: 1, -1 or 0
 * @property {'none' | 'up' | 'up_down'} voting which votes can be cast
 * @property {'none' | 'up' | 'up_down'} counted which votes the site counts
 * @property {boolean} answerable
 * @property {boolean} editable
 * @property {boolean} removable
 * @property {boolean} reportable
 * @property {boolean} copyable whether its link can be copied
 * @property {number} below how many replies are below it
 * @property {boolean} closed whether they are hidden
 * @property {boolean} linked
 * @property {boolean} pinned
 * @property {string | null} answers whom, where its place doesn't say so
 */

export class CommentView {
  /** @type {Facts | null} */
  #facts = null;
  /** @type {HTMLElement | null} a form below the comment */
  #form = null;
  #asking = false;
  #place = '';
  /** @type {HTMLElement | null} */
  #notice = null;
  /** @type {Map<Act, HTMLButtonElement>} */
  #buttons = new Map();
  /** @type {HTMLOListElement | null} */
  #replies = null;
  /** @type {HTMLButtonElement | null} */
  #more = null;
  /** @type {HTMLAnchorElement | null} */
  #answers = null;

  /**
   * @param {string} id
   * @param {Context} context
   * @param {(act: Act, id: string) => void} act
   * @param {string} [copy] sets the ids of a second view of the same comment apart
   */
  constructor(id, context, act, copy = '') {
    this.id = id;
    this.context = context;
    this.act = act;
    const label = `a${copy}-${id}`;
    this.author = h('bdi', { class: 'author', part: 'author', id: label });
    this.time = h('time', { part: 'time' });
    this.meta = h('header', { class: 'meta' });
    this.body = h('div', { class: 'body', part: 'body', dir: 'auto' });
    this.row = h('div', { class: 'actions', part: 'actions' });
    this.avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
    this.article = h('article', {
      class: 'comment', part: 'comment', id: `c${copy}-${id}`, 'aria-labelledby': label, tabindex: '-1',
    });
    this.element = h('li', { class: 'item' }, this.article);
    this.permalink = this.#link('permalink', id, this.time);
  }

  /**
   * Says which of how many roots it is.
   *
   * @param {string} place
   * @param {string} size
   */
  stand(place, size) {
    if (this.#place === `${place}/${size}`) return;
    this.#place = `${place}/${size}`;
    set(this.article, 'aria-posinset', place);
    set(this.article, 'aria-setsize', size);
  }

  /** The list of what answers it. */
  get replies() {
    return (this.#replies ??= list({ class: 'replies', part: 'replies' }));
  }

  /** The button below it for what isn't shown. */
  get more() {
    return (this.#more ??= button('more', null, () => {}));
  }

  /** @param {Facts} facts */
  update(facts) {
    const before = this.#facts;
    if (before && Object.entries(facts).every(([name, value]) => before[/** @type {keyof Facts} */ (name)] === value)) {
      return;
    }
    this.#facts = facts;
    const { comment } = facts;
    if (comment.status === 'deleted') this.#bury(facts);
    else {
      this.#showMeta(facts);
      if (comment.body_html !== before?.comment.body_html) {
        this.body.replaceChildren(nodes(comment.body_html ?? '', this.context.headingLevel + 1));
      }
      this.#showActions(facts);
      this.#arrange();
    }
    set(this.article, 'class', ['comment', comment.status, facts.linked && 'linked'].filter(Boolean).join(' '));
  }

  /** Says anew how long ago it was. */
  tick() {
    if (!this.#facts) return;
    const { messages, times, now } = this.context;
    setText(this.time, times.ago(this.#facts.comment.created_at, now()) ?? messages.text('comment.now'));
  }

  /**
   * Shows a form below the comment, or takes it away.
   *
   * @param {HTMLElement | null} form
   * @param {boolean} [instead] of the text, to change it
   */
  open(form, instead = false) {
    const hadFocus = this.#form?.contains(focused(this.article));
    this.#form = form;
    this.body.hidden = instead && form !== null;
    this.row.hidden = form !== null && instead;
    this.#arrange();
    if (hadFocus && form === null) this.article.focus({ preventScroll: true });
  }

  /**
   * Says something below the comment, also to those who don't see it.
   *
   * @param {string | null} text
   * @returns {HTMLElement | null} what says it
   */
  say(text) {
    this.#notice = text === null ? null : h('p', { class: 'notice', part: 'notice' }, text);
    this.#arrange();
    if (text !== null) this.context.announce(text);
    return this.#notice;
  }

  #arrange() {
    arrange(this.article, [this.avatar, this.meta, this.body, this.row, this.#notice, this.#form]);
  }

  /**
   * A link to a comment.
   *
   * @param {string} part
   * @param {string | null} id
   * @param {Element | null} [child]
   */
  #link(part, id, child = null) {
    const hash = `#rejoinder-${id}`;
    const click = (/** @type {MouseEvent} */ event) => {
      // The browser tells of another address, but not of the same one again.
      if (location.hash !== hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.act('show', `${id}`);
    };
    const href = location.href.replace(/#.*|$/s, hash);
    return h('a', { class: part, part, href, on: { click } }, child);
  }

  /**
   * A button, made when it is first needed.
   *
   * @param {Exclude<Act, 'show' | 'replies'>} act
   */
  button(act) {
    const made = this.#buttons.get(act);
    if (made) return made;
    const isVote = act === 'up' || act === 'down';
    const path = ICONS[act];
    const press = act === 'delete' ? () => this.#ask() : () => this.act(act, this.id);
    const label = this.context.messages.text(`comment.${act}`);
    const element = button(isVote ? 'vote' : 'action', path ? null : label, press, { 'data-action': act });
    if (path) element.append(icon(path), h('span', null, label));
    this.#buttons.set(act, element);
    return element;
  }

  /** @param {Facts} facts */
  #showMeta({ comment, own, linked, pinned, answers }) {
    const { messages, times } = this.context;
    const { author, created_at, edited_at } = comment;
    const name = author?.name ?? '';
    setText(this.author, name);
    setText(this.avatar, initial(name));
    set(this.avatar, 'data-tint', tint(name));
    set(this.time, 'datetime', created_at);
    set(this.time, 'title', times.exactly(created_at));
    this.tick();
    const badge = (/** @type {string} */ key) =>
      h('span', { class: key === 'staff' ? 'badge staff' : 'badge', part: 'badge' }, messages.text(`comment.${key}`));
    arrange(this.meta, [
      this.author,
      author?.kind === 'staff' && badge('staff'),
      own && badge('you'),
      pinned && badge('pinned'),
      linked && badge('linked'),
      answers !== null && this.#answered(comment.parent_id, messages.text('comment.answers', { name: answers })),
      this.permalink,
      edited_at !== null && h('span', {
        class: 'edited', title: messages.text('comment.edited_at', { time: times.exactly(edited_at) }),
      }, messages.text('comment.edited')),
      comment.status === 'pending' && h('p', { class: 'pending-note' }, messages.text('comment.waiting')),
    ]);
  }

  /** @param {Facts} facts */
  #showActions(facts) {
    const { comment, own, vote, voting, counted, answerable, editable, removable, reportable, copyable } = facts;
    if (this.#asking && removable) return;
    this.#asking = false;
    const { up, down } = comment.score;
    const active = focused(this.article);
    arrange(this.row, [
      voting !== 'none' && this.#voteButton('up', comment.score, vote === 1),
      voting === 'up_down' && this.#voteButton('down', comment.score, vote === -1),
      voting === 'none' && this.#score(UP, '▲', up),
      voting === 'none' && counted === 'up_down' && this.#score(DOWN, '▼', down),
      answerable && this.#named('reply', 'comment.reply_to', comment),
      editable && this.button('edit'),
      removable && this.button('delete'),
      reportable && !own && this.#named('report', 'comment.report_of', comment),
      copyable && this.button('copy'),
      this.#fold(facts),
    ]);
    // A button that went away while it had the focus leaves it to the comment.
    if (active instanceof HTMLElement && !active.isConnected) this.article.focus({ preventScroll: true });
  }

  /**
   * @param {string | null} id
   * @param {string} text
   */
  #answered(id, text) {
    this.#answers ??= this.#link('answers', id);
    setText(this.#answers, text);
    return this.#answers;
  }

  /**
   * The button that hides what is below the comment, and shows it again.
   *
   * @param {Facts} facts
   */
  #fold({ below: count, closed }) {
    const { messages } = this.context;
    const element = this.button('fold');
    set(element, 'aria-expanded', `${!closed}`);
    set(/** @type {Element} */ (element.querySelector('path')), 'd', closed ? PLUS : MINUS);
    const text = messages.text(closed ? 'list.replies' : 'comment.fold', { count });
    setText(/** @type {Element} */ (element.lastElementChild), text);
    return count > 0 && element;
  }

  /**
   * @param {'reply' | 'report'} act
   * @param {string} key
   * @param {Comment} comment
   */
  #named(act, key, { author }) {
    const element = this.button(act);
    if (!element.disabled) set(element, 'aria-label', this.context.messages.text(key, { name: author?.name ?? '' }));
    return element;
  }

  /**
   * How many votes there are, where none can be cast.
   *
   * @param {string} path
   * @param {string} sign for those who don't see the icon
   * @param {number} count
   */
  #score(path, sign, count) {
    const { messages } = this.context;
    const text = messages.number(count);
    const label = `${sign} ${messages.text('vote.count', { count })}`;
    return count > 0 && h('span', { class: 'score', part: 'vote', role: 'img', 'aria-label': label }, icon(path), text);
  }

  /**
   * @param {'up' | 'down'} way
   * @param {Score} score
   * @param {boolean} pressed
   */
  #voteButton(way, score, pressed) {
    const { messages } = this.context;
    const element = this.button(way);
    const count = score[way];
    set(element, 'aria-label', messages.text(`vote.${way}`, { count }));
    set(element, 'aria-pressed', String(pressed));
    setText(/** @type {Element} */ (element.lastElementChild), count > 0 ? messages.number(count) : '');
    return element;
  }

  /** Asks, in the place of the buttons, whether the comment shall be deleted. */
  #ask() {
    const { messages } = this.context;
    const question = messages.text('comment.delete_question');
    const done = () => {
      this.#asking = false;
      if (this.#facts) this.#showActions(this.#facts);
      this.button('delete').focus();
    };
    const yes = button('action danger', messages.text('comment.delete_yes'), () => this.act('delete', this.id));
    const no = button('action', messages.text('comment.delete_no'), done);
    const keydown = (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && done();
    this.#asking = true;
    arrange(this.row, [h('span', { class: 'ask', role: 'group', 'aria-label': question, on: { keydown } },
      h('span', null, question), yes, no)]);
    no.focus();
  }

  /**
   * Leaves of the comment only that it was there.
   *
   * @param {Facts} facts
   */
  #bury(facts) {
    this.author.removeAttribute('class');
    setText(this.author, this.context.messages.text('comment.deleted'));
    arrange(this.row, [this.#fold(facts)]);
    this.row.hidden = false;
    // What somebody writes below it is theirs.
    arrange(this.article, [this.author, this.row, this.#form]);
  }
}

/** @param {string} name */
function initial(name) {
  const [first] = segmenter.segment(name.trim());
  return first?.segment.toUpperCase() ?? '';
}

/**
 * One of a few colours, the same for a name always.
 *
 * @param {string} name
 */
function tint(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9_973;
  return sum % TINTS;
}
