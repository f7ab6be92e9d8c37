// What stands around the comments: heading, order, the form or why there is none, notices, and the buttons for more.

/** @import { Context, Settings, Sort, ThreadState } from './types' */
/** @import { List } from './list.js' */
/** @import { Place } from './thread.js' */
/** @import { Writing } from './writing.js' */

import { arrange, button, focused, h, set, setText } from './dom.js';

/** @type {Sort[]} */
const SORTS = ['newest', 'oldest', 'top'];

export class Frame {
  /** @type {List | null} */
  #list = null;
  /** @type {ThreadState | null} */
  #state = null;
  /** What the notice is about. */
  #about = '';
  /** @type {Writing | null} */
  #writing = null;

  /**
   * @param {Context} context
   * @param {Settings} settings
   * @param {Place} place
   * @param {{ sort: (sort: Sort) => void, more: () => void, news: () => void }} act
   */
  constructor(context, settings, place, act) {
    const { messages } = context;
    this.context = context;
    this.settings = settings;
    this.place = place;
    this.count = h('span', { class: 'count', part: 'count' });
    const level = /** @type {'h2'} */ (`h${settings.headingLevel}`);
    this.heading = h(level, { id: 'heading', part: 'heading', tabindex: '-1' },
      messages.text('heading.comments'), ' ', this.count);
    this.end = h('footer', { class: 'footer', part: 'footer', tabindex: '-1' },
      h('span', { class: 'hidden' }, messages.text('heading.end')));
    this.skip = button('skip', messages.text('heading.skip'), () => this.#goToEnd());
    this.sort = this.#sort(act.sort);
    this.header = h('header', { class: 'header', part: 'header' }, this.heading);
    /** @type {HTMLElement | null} holds the place of the form */
    this.room = h('div', { class: 'room' });
    this.notice = h('p', { class: 'notice failed', part: 'notice', hidden: true });
    this.news = button('fresh', null, act.news, { part: 'new-comments', hidden: true });
    this.empty = h('p', { class: 'empty' });
    this.more = button('more', messages.text('list.more'), act.more);
  }

  /** Where nothing follows in a shadow root, browsers go on from what can't be tabbed to at its beginning. */
  #goToEnd() {
    this.end.tabIndex = 0;
    this.end.focus();
    this.end.onblur = () => (this.end.tabIndex = -1);
  }

  /** Until the comments are there. */
  showLoading() {
    const { messages } = this.context;
    this.#speak();
    setText(this.empty, messages.text('list.loading'));
    arrange(this.place.section, [this.header, this.empty, h('slot'), this.place.live]);
  }

  /** The section is in the language of its texts, which may not be the page's. */
  #speak() {
    set(this.place.section, 'lang', this.context.messages.language);
    set(this.place.section, 'dir', this.context.messages.direction);
  }

  /**
   * Instead of the comments, unless a server has put them there.
   *
   * @param {string} text
   * @param {() => void} retry
   */
  showFailure(text, retry) {
    const { section, live } = this.place;
    this.#speak();
    const again = button('button', this.context.messages.text('notice.retry'), () => {
      again.remove();
      this.say(this.context.messages.text('list.loading'));
      retry();
    });
    this.say(text);
    // What the page itself offers instead, such as a link to the comments, shows in the slot.
    arrange(section, [this.header, this.notice, again, h('slot'), live]);
  }

  /**
   * @param {List | undefined} list
   * @param {Writing | null} [writing]
   */
  begin(list, writing = null) {
    this.#list = list ?? null;
    this.#writing = writing;
    arrange(this.header, [this.heading, this.skip, this.sort]);
  }

  /** Shows the comments without a form: what people write with can't be had. */
  giveUpForm() {
    this.room = null;
  }

  /** @param {ThreadState} state */
  show(state) {
    this.#state = state;
    const { messages } = this.context;
    const { section, live, mount } = this.place;
    const { thread, policy, roots, cursor } = state;
    setText(this.count, messages.number(thread.comment_count));
    this.sort.hidden = roots.length < 2;
    this.showSort(state.sort);
    const writable = !this.settings.readonly && thread.state === 'open' && policy.guests;
    const form = this.#writing ? this.#writing.formFor(state) : writable && this.room;
    setText(this.empty, messages.text(writable ? 'list.empty' : 'list.empty_closed'));
    this.empty.hidden = roots.length > 0;
    this.more.hidden = cursor === null;
    const list = this.#list;
    const notice = (/** @type {boolean} */ here) => here && this.notice;
    const [about, more] = [this.#about, this.#about === 'more'];
    arrange(section, [this.header, notice(about === 'sort'), form, notice(about !== 'sort' && !more), this.news,
      list && list.pinned, list && list.element, this.empty, notice(more), this.more, this.end, live]);
    // A form that a server has made isn't taken away before there is another one.
    if (form === null || form !== this.room) mount();
  }

  /** @param {number} count */
  showNews(count) {
    const text = this.context.messages.text('list.new', { count });
    const hadFocus = focused(this.news) === this.news;
    if (count > 0 && this.news.textContent !== text) this.context.announce(text);
    setText(this.news, text);
    this.news.hidden = count === 0;
    if (hadFocus && count === 0) this.heading.focus({ preventScroll: true });
  }

  /**
   * Says something beside what it is about, also to those who don't see it.
   *
   * @param {string} text
   * @param {string} [about]
   */
  say(text, about = '') {
    this.#about = about;
    setText(this.notice, text);
    this.notice.hidden = false;
    if (this.#state) this.show(this.#state);
    this.context.announce(text);
  }

  /**
   * Takes back what was said about something.
   *
   * @param {string} about
   */
  unsay(about) {
    if (this.#about === about) this.notice.hidden = true;
  }

  /** @param {Sort} sort */
  showSort(sort) {
    const select = /** @type {HTMLSelectElement} */ (this.sort.lastElementChild);
    // A browser that fills in forms looks through the page for them whenever one is changed, however little.
    if (select.value !== sort) select.value = sort;
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    set(this.place.section, 'aria-busy', busy && 'true');
  }

  /** @param {(sort: Sort) => void} choose */
  #sort(choose) {
    const { messages } = this.context;
    const options = SORTS.map((sort) => h('option', { value: sort }, messages.text(`sort.${sort}`)));
    const change = (/** @type {Event} */ event) => {
      choose(/** @type {Sort} */ (/** @type {HTMLSelectElement} */ (event.target).value));
    };
    const select = h('select', { on: { change } }, options);
    return h('label', { class: 'sort', hidden: true }, messages.text('sort.label'), select);
  }
}
