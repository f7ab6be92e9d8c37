// One comment as it is shown, and what can be done with it. It is changed in place, so that neither the focus nor what
// is being read gets lost.

/** @import { Act, Comment, Context, Score } from './types' */

import { arrange, button, focused, h, icon, set, setText } from './dom.js';
import { nodes } from './rich.js';

const UP = 'M3 10.5 8 5.5l5 5';
const DOWN = 'M3 5.5l5 5 5-5';
const TINTS = 6;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * What decides how a comment is shown.
 *
 * @typedef {object} Facts
 * @property {Comment} comment
 * @property {boolean} own
 * @property {number} vote of the viewer: 1, -1 or 0
 * @property {'none' | 'up' | 'up_down'} voting which votes can be cast
 * @property {boolean} answerable
 * @property {boolean} editable
 * @property {boolean} removable
 * @property {boolean} reportable
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
    this.replies = h('ol', { class: 'replies', part: 'replies' });
    this.more = button('more', null, () => {});
    this.notice = h('p', { class: 'notice', part: 'notice', hidden: true });
    this.permalink = this.#permalink();
    this.buttons = this.#buttons();
  }

  /** @param {Facts} facts */
  update(facts) {
    const before = this.#facts;
    if (before && Object.entries(facts).every(([name, value]) => before[/** @type {keyof Facts} */ (name)] === value)) {
      return;
    }
    this.#facts = facts;
    const { comment } = facts;
    if (comment.status === 'deleted') this.#bury();
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
   */
  say(text) {
    setText(this.notice, text ?? '');
    this.notice.hidden = text === null;
    if (text !== null) this.context.announce(text);
  }

  #arrange() {
    arrange(this.article, [this.avatar, this.meta, this.body, this.row, this.notice, this.#form]);
  }

  #permalink() {
    const hash = `#rejoinder-${this.id}`;
    const click = (/** @type {MouseEvent} */ event) => {
      // The browser tells of another address, but not of the same one again.
      if (location.hash !== hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.act('show', this.id);
    };
    const href = location.href.replace(/#.*|$/s, hash);
    return h('a', { class: 'permalink', part: 'permalink', href, on: { click } }, this.time);
  }

  #buttons() {
    const { messages } = this.context;
    const make = (/** @type {Act} */ act, press = () => this.act(act, this.id)) =>
      button('action', messages.text(`comment.${act}`), press, { 'data-action': act });
    const vote = (/** @type {'up' | 'down'} */ way, /** @type {string} */ path) => {
      const element = button('vote', null, () => this.act(way, this.id), { 'data-action': way });
      element.append(icon(path), h('span'));
      return element;
    };
    return {
      up: vote('up', UP),
      down: vote('down', DOWN),
      reply: make('reply'),
      edit: make('edit'),
      remove: make('delete', () => this.#ask()),
      report: make('report'),
      score: h('span', { class: 'score', part: 'vote' }),
    };
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
      answers !== null && h('bdi', { class: 'answers' }, messages.text('comment.answers', { name: answers })),
      this.permalink,
      edited_at !== null && h('span', {
        class: 'edited', title: messages.text('comment.edited_at', { time: times.exactly(edited_at) }),
      }, messages.text('comment.edited')),
      comment.status === 'pending' && h('p', { class: 'pending-note' }, messages.text('comment.waiting')),
    ]);
  }

  /** @param {Facts} facts */
  #showActions({ comment, own, vote, voting, answerable, editable, removable, reportable }) {
    const { messages } = this.context;
    const { up, down, reply, edit, remove, report, score } = this.buttons;
    const name = comment.author?.name ?? '';
    this.#showVote(up, 'up', comment.score, vote === 1);
    this.#showVote(down, 'down', comment.score, vote === -1);
    set(reply, 'aria-label', messages.text('comment.reply_to', { name }));
    set(report, 'aria-label', messages.text('comment.report_of', { name }));
    setText(score, comment.score.up > 0 ? `▲ ${messages.number(comment.score.up)}` : '');
    if (this.#asking && removable) return;
    this.#asking = false;
    const active = focused(this.article);
    arrange(this.row, [
      voting !== 'none' && up,
      voting === 'up_down' && down,
      voting === 'none' && comment.score.up > 0 && score,
      answerable && reply,
      editable && edit,
      removable && remove,
      reportable && !own && report,
    ]);
    // A button that went away while it had the focus leaves it to the comment.
    if (active instanceof HTMLElement && !active.isConnected) this.article.focus({ preventScroll: true });
  }

  /**
   * @param {HTMLButtonElement} element
   * @param {'up' | 'down'} way
   * @param {Score} score
   * @param {boolean} pressed
   */
  #showVote(element, way, score, pressed) {
    const { messages } = this.context;
    const count = score[way];
    set(element, 'aria-label', messages.text(`vote.${way}`, { count }));
    set(element, 'aria-pressed', String(pressed));
    setText(/** @type {Element} */ (element.lastElementChild), count > 0 ? messages.number(count) : '');
  }

  /** Asks, in the place of the buttons, whether the comment shall be deleted. */
  #ask() {
    const { messages } = this.context;
    const question = messages.text('comment.delete_question');
    const done = () => {
      this.#asking = false;
      if (this.#facts) this.#showActions(this.#facts);
      this.buttons.remove.focus();
    };
    const yes = button('action danger', messages.text('comment.delete_yes'), () => this.act('delete', this.id));
    const no = button('action', messages.text('comment.delete_no'), done);
    const keydown = (/** @type {KeyboardEvent} */ event) => event.key === 'Escape' && done();
    this.#asking = true;
    arrange(this.row, [h('span', { class: 'ask', role: 'group', 'aria-label': question, on: { keydown } },
      h('span', null, question), yes, no)]);
    no.focus();
  }

  /** Leaves of the comment only that it was there. */
  #bury() {
    this.#form = null;
    this.author.removeAttribute('class');
    setText(this.author, this.context.messages.text('comment.deleted'));
    arrange(this.article, [this.author]);
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
