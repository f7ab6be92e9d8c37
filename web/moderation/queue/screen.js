// The queue: what waits for a decision, and beside it the comment in its context.

/** @import { Grounds } from '../comment/decide.js' */
/** @import { AdminComment, DecisionAction, Screen } from '../types' */

import { announce } from '../announce.js';
import { ACTIONS, actionOf, isOffered, outcome } from '../comment/actions.js';
import { prefetchContext } from '../comment/context.js';
import { decide } from '../comment/decide.js';
import { commentPane } from '../comment/pane.js';
import { countsOf, countsSince, onCounts, refreshCounts } from '../counts.js';
import { fill, h, isNarrow, settled } from '../dom.js';
import { excerpt, number, plural } from '../format.js';
import { bindKeys } from '../keys.js';
import { button, iconButton } from '../parts.js';
import { go } from '../router.js';
import { may } from '../session.js';
import { emptyState } from '../states.js';
import { TABS, filterBar, filtersOf, goFiltered, isWhole, queryOf, tabOf, tabsOf } from './filters.js';
import { createListing } from './listing.js';

const ADDRESS_MILLISECONDS = 200;

/** @type {Screen} */
export const queueScreen = ({ main, place: begin, signal }) => {
  let place = begin;
  /** What the count of this tab was when the list was loaded, corrected by what is decided here. */
  let expected = /** @type {number | null} */ (null);
  let loadedAt = Date.now();
  /** Whether, with one column, the list is where going back leads. */
  let wasOpenedHere = false;

  const pane = commentPane({
    decide: (action, grounds) => decideAbout(action, currentOnly(), grounds),
    fresh: (comment) => listing.put(comment, listing.current()?.notice ?? null),
    banned: (removed) => {
      if (removed > 0) reload();
    },
    close: () => closePane(),
  });
  const listing = createListing(
    {
      holds: (comment) => tabOf(place).holds(comment),
      current: showCurrent,
      open: openRow,
      decide: (action, comment) => decideAbout(action, [comment], {}),
      changed: () => drawBar(),
      empty,
    },
    signal,
  );
  const filters = filterBar(() => place);
  const heading = h('h1', { class: 'visually-hidden' });
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'Queues' });
  const news = h('div', { class: 'news' });
  const bar = selectionBar();
  const room = h(
    'div',
    { class: 'queue' },
    h('div', { class: 'queue-head' }, heading, tabs),
    h(
      'section',
      { class: 'list', 'aria-label': 'Comments' },
      skipToPane(),
      filters.element,
      bar.element,
      news,
      listing.element,
    ),
    pane.element,
  );
  main.append(room);

  /** Shows what the address says. */
  function draw() {
    const tab = tabOf(place);
    fill(heading, `Queue: ${tab.label.toLowerCase()}`);
    filters.draw();
    room.classList.toggle('has-open', isNarrow() && place.query.open !== undefined);
    drawCounts();
  }

  function drawCounts() {
    const { count, label } = tabOf(place);
    const focused = tabs.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null;
    const { scrollLeft } = tabs;
    fill(tabs, tabsOf(place));
    tabs.scrollLeft = scrollLeft;
    for (const each of tabs.querySelectorAll('a')) {
      if (focused !== null && each.getAttribute('href') === focused) each.focus({ preventScroll: true });
    }
    const now = count === null ? null : (countsOf(place.query.site)?.[count] ?? null);
    document.title = `${now ? `(${number(now)}) ` : ''}${label} – Rejoinder`;
    // Counts that are older than the list say nothing about what is new.
    if (now !== null && countsSince() > loadedAt) expected ??= now;
    const more = now === null || expected === null || !isWhole(place) ? 0 : now - expected;
    fill(news, more > 0 && button(`Show ${plural(more, 'new comment', 'new comments')}`, reload, { tone: 'quiet' }));
  }

  function reload() {
    expected = null;
    loadedAt = Date.now();
    refreshCounts();
    draw();
    tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    void listing.load(queryOf(place), { open: place.query.open, opensFirst: !isNarrow() });
  }

  /** @param {AdminComment | null} comment @param {string | null} notice */
  function showCurrent(comment, notice) {
    if (comment === null) {
      pane.clear();
      if (isNarrow() && place.query.open !== undefined) closePane();
      return;
    }
    if (!isNarrow() || place.query.open !== undefined) {
      pane.show(comment, notice);
      rememberOpen(comment.id);
      const next = listing.next();
      if (next !== null) prefetchContext(next.id);
    }
  }

  const rememberOpen = settled((/** @type {string} */ id) => {
    if (signal.aborted || listing.current()?.comment.id !== id || place.query.open === id) return;
    if (isNarrow() && place.query.open === undefined) return;
    go(`queue/${tabOf(place).name}`, { ...filtersOf(place), open: id }, { replace: true });
  }, ADDRESS_MILLISECONDS);

  /** @param {AdminComment} comment @param {MouseEvent} event */
  function openRow(comment, event) {
    // With a modifier the browser opens the comment's own page.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(comment);
  }

  /** @param {AdminComment} comment */
  function open(comment) {
    if (!isNarrow()) return listing.select(comment.id, { moves: false });
    wasOpenedHere = true;
    go(`queue/${tabOf(place).name}`, { ...filtersOf(place), open: comment.id });
    focusPane();
  }

  function skipToPane() {
    return h(
      'a',
      {
        class: 'skip-link',
        href: '#pane',
        on: {
          click: (event) => {
            event.preventDefault();
            pane.element.focus();
          },
        },
      },
      'Skip to the open comment',
    );
  }

  function focusPane() {
    const first = pane.element.querySelector('.back-button');
    if (first instanceof HTMLElement) first.focus({ preventScroll: true });
  }

  function closePane() {
    if (wasOpenedHere) history.back();
    else go(`queue/${tabOf(place).name}`, filtersOf(place), { replace: true });
    wasOpenedHere = false;
  }

  /** @returns {AdminComment[]} */
  function currentOnly() {
    const item = listing.current();
    return item === null ? [] : [item.comment];
  }

  /** @returns {AdminComment[]} what is selected, else the current one */
  function chosen() {
    const selection = listing.selection();
    return selection.length > 0 ? selection : currentOnly();
  }

  /**
   * @param {DecisionAction} action
   * @param {AdminComment[]} comments
   * @param {Grounds} grounds
   */
  function decideAbout(action, comments, grounds) {
    if (comments.length === 0) return;
    const tab = tabOf(place);
    /** @type {AdminComment[]} */
    const leaving = [];
    const decidedOn = decide(action, comments, grounds, {
      left: (before, after) => {
        if (!tab.holds(after)) leaving.push(before);
        expect(tab.holds(before), tab.holds(after));
      },
      done: (now) => {
        if (!signal.aborted && tab === tabOf(place) && tab.holds(now)) listing.put(now, null);
      },
      back: (comment, notice) => {
        if (signal.aborted) return;
        expect(false, tab.holds(comment));
        if (tab !== tabOf(place)) return;
        listing.put(comment, notice);
        if (listing.current() === null || (notice === null && comments.length === 1)) {
          listing.select(comment.id, { moves: false });
        }
      },
    });
    if (decidedOn === 0) return announce(`This can’t be ${actionOf(action).done}.`);
    if (leaving.length > 0) listing.leave(leaving);
    else if (comments.length === 1) void listing.step(1);
    else listing.markNone();
    const next = listing.current()?.comment;
    announce(next === undefined ? 'That was the last one.' : `Next: ${next.author.name}: ${excerpt(next.body, 80)}`);
  }

  /** @param {boolean} was @param {boolean} is whether a comment counts in this tab */
  function expect(was, is) {
    if (expected !== null) expected += Number(is) - Number(was);
  }

  function empty() {
    const [title, text] = tabOf(place).empty;
    return isWhole(place)
      ? emptyState(title, text)
      : emptyState('No comment fits', 'No comment in this list has all of that.', {
          icon: 'search',
          action: button('Clear the filters', () => go(`queue/${tabOf(place).name}`, { site: place.query.site })),
        });
  }

  /** The line above the list: how many are selected, and what to do with them; else the choices. */
  function selectionBar() {
    const box = h('input', {
      type: 'checkbox',
      'aria-label': 'Select all that are loaded',
      on: { change: () => listing.markAll() },
    });
    const label = h('span', { class: 'bar-label', 'aria-live': 'off' });
    const actions = ACTIONS.map(({ action, label }) => ({
      action,
      element: button(label, () => decideAbout(action, listing.selection(), {}), { tone: 'quiet' }),
    }));
    const buttons = h(
      'div',
      { class: 'bar-actions', role: 'group', 'aria-label': 'Decide about the selected' },
      actions.map(({ element }) => element),
      iconButton('Select none', 'close', () => listing.markNone()),
    );
    const element = h(
      'div',
      { class: 'list-bar' },
      may('moderate') && h('label', { class: 'row-check' }, box),
      label,
      filters.choices,
      buttons,
    );
    return { element, box, label, actions, buttons };
  }

  function drawBar() {
    const selection = listing.selection();
    const size = listing.size();
    const isActive = selection.length > 0;
    bar.element.classList.toggle('is-active', isActive);
    bar.box.checked = isActive && selection.length === size;
    bar.box.indeterminate = isActive && selection.length < size;
    bar.box.disabled = size === 0;
    fill(
      bar.label,
      isActive
        ? `${number(selection.length)} selected`
        : size > 0
          ? listing.isComplete()
            ? plural(size, 'comment')
            : `${number(size)}+ comments`
          : '',
    );
    bar.buttons.hidden = !isActive;
    filters.choices.hidden = isActive;
    for (const { action, element } of bar.actions) {
      element.hidden = !selection.some((comment) => isOffered(comment, action) && outcome(comment, action) !== null);
    }
  }

  /** @param {boolean} isRange */
  function markCurrent(isRange) {
    const item = listing.current();
    if (item === null) return;
    const { id } = item.comment;
    listing.mark(id, isRange || !listing.isSelected(id), isRange);
    announce(`${number(listing.selection().length)} selected.`);
  }

  function markAll() {
    listing.markAll();
    announce(`${number(listing.selection().length)} selected.`);
  }

  function openCurrent() {
    const item = listing.current();
    if (item !== null) open(item.comment);
  }

  /** @returns {boolean} */
  function escape() {
    if (listing.selection().length > 0) listing.markNone();
    else if (room.classList.contains('has-open')) closePane();
    else return false;
    return true;
  }

  bindKeys(
    'Move',
    [
      { key: 'j', label: 'Next comment', run: () => void listing.step(1) },
      { key: 'k', label: 'Previous comment', run: () => void listing.step(-1) },
      { key: 'Enter', label: 'Open', run: openCurrent },
      { key: '/', label: 'Search', run: filters.focus },
      { key: 'Escape', label: 'Select none, or back to the list', run: escape },
    ],
    signal,
  );
  bindKeys(
    'Queues',
    TABS.map(({ name, label }, index) => ({
      key: String(index + 1),
      label,
      run: () => goFiltered(place, name === 'pending' ? {} : { hold: '' }, name),
    })),
    signal,
  );
  if (may('moderate')) {
    bindKeys(
      'Decide',
      ACTIONS.map(({ action, label, key }) => ({
        key,
        label,
        run: () => decideAbout(action, chosen(), {}),
      })),
      signal,
    );
    bindKeys(
      'Select',
      [
        { key: 'x', label: 'Select', run: () => markCurrent(false) },
        { key: 'shift+x', label: 'Select up to here', run: () => markCurrent(true) },
        { key: '*', label: 'Select all that are loaded', run: markAll },
      ],
      signal,
    );
  }
  bindKeys('The open comment', pane.bindings, signal);
  onCounts(drawCounts, signal);
  reload();

  return {
    update: (next) => {
      const isSameList = JSON.stringify(queryOf(next)) === JSON.stringify(queryOf(place));
      const wasOpen = place.query.open;
      place = next;
      if (!isSameList) return reload();
      draw();
      const { open } = place.query;
      if (open === wasOpen) return;
      if (open !== undefined) listing.select(open, { moves: false });
      else if (isNarrow()) listing.select(listing.current()?.comment.id ?? null, { moves: true });
    },
  };
};
