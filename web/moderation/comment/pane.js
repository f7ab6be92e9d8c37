// A comment in its context: what can be done with it, the article, what it answers, and all that is known about it.

/** @import { Grounds } from './decide.js' */
/** @import { AdminComment, CommentInContext, DecisionAction, KeyBinding } from '../types' */

import { announce } from '../announce.js';
import { isAborted } from '../api.js';
import { fill, h, webAddress } from '../dom.js';
import { plural } from '../format.js';
import { button, iconButton, statusBadge, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { may } from '../session.js';
import { emptyState, failureState, loadingState } from '../states.js';
import { threadLinks } from '../threads/pinned.js';
import { ACTIONS, isErased, isOffered, outcome } from './actions.js';
import { articleLink, authorCard } from './author.js';
import { openBanDialog } from './ban.js';
import { contextOf, forgetContext } from './context.js';
import { decisionList, reportList, revisionList } from './history.js';
import { askReason } from './reason.js';
import { replyBox } from './reply.js';
import { bodyText } from './text.js';
import { reasonsToWait } from './why.js';

/**
 * @typedef {object} PaneHooks
 * @property {(action: DecisionAction, grounds: Grounds) => void} decide about the comment that is shown
 * @property {(comment: AdminComment) => void} fresh the comment as the service has it now
 * @property {(removed: number) => void} banned
 * @property {(() => void) | null} close
 */

/** @param {PaneHooks} hooks */
export function commentPane(hooks) {
  /** @type {AdminComment | null} */
  let shown = null;
  const room = h('div', { class: 'pane-room' });
  const bar = toolbar(hooks, () => shown, { openReason, openBan, focusReply, openArticle });
  const element = h('section', { class: 'pane', 'aria-label': 'Comment', tabindex: -1 }, bar.elements, room);

  /**
   * Shows a comment: at once what is known of it, and the rest when it is there.
   *
   * @param {AdminComment} comment
   * @param {string | null} notice
   */
  function show(comment, notice) {
    const isOther = shown?.id !== comment.id;
    shown = comment;
    bar.draw(comment);
    const more = h('div', { class: 'pane-more' }, loadingState(2));
    if (isOther) {
      fill(room, sheet(comment, null, notice, more));
      room.scrollTop = 0;
    }
    void complete(comment, notice, more);
  }

  /**
   * @param {AdminComment} comment
   * @param {string | null} notice
   * @param {HTMLElement} more
   */
  async function complete(comment, notice, more) {
    try {
      const context = await contextOf(comment.id);
      if (shown !== comment) return;
      if (context.comment.version !== comment.version) {
        shown = context.comment;
        bar.draw(shown);
        hooks.fresh(shown);
      }
      const scrolled = room.scrollTop;
      const reply = room.querySelector('.reply');
      const isTyping = reply?.contains(document.activeElement) ?? false;
      fill(room, sheet(context.comment, context, notice, details(context, refresh)));
      room.scrollTop = scrolled;
      if (isTyping) focusReply();
    } catch (error) {
      if (shown !== comment || isAborted(error)) return;
      if (!more.isConnected) return;
      fill(
        more,
        failureState(error, () => show(comment, notice)),
      );
    }
  }

  /** Asks the service anew. */
  function refresh() {
    if (shown === null) return;
    forgetContext(shown.id);
    void complete(shown, null, h('div'));
  }

  function clear() {
    shown = null;
    bar.draw(null);
    fill(room, emptyState('No comment is open', undefined, { icon: 'threads' }));
  }

  function openReason() {
    if (shown !== null && outcome(shown, 'reject') !== null) {
      askReason(bar.reasonButton, (grounds) => hooks.decide('reject', grounds));
    }
  }

  function openBan() {
    if (shown !== null) {
      openBanDialog(shown, (removed) => {
        refresh();
        hooks.banned(removed);
      });
    }
  }

  function openArticle() {
    const url = shown === null ? null : webAddress(shown.thread.url);
    if (url === null) announce('This article has no address.');
    else window.open(url, '_blank', 'noopener,noreferrer');
  }

  function focusReply() {
    const box = room.querySelector('.reply textarea');
    if (box instanceof HTMLElement) box.focus();
    else announce('This comment can’t be answered now.');
  }

  /** @type {KeyBinding[]} */
  const bindings = [
    ...(may('moderate')
      ? [
          { key: 'shift+r', label: 'Reject with a reason', run: openReason },
          { key: 'b', label: 'Ban', run: openBan },
          { key: 'c', label: 'Reply', run: focusReply },
        ]
      : []),
    { key: 'o', label: 'Open the article', run: openArticle },
  ];
  clear();
  return { element, bindings, show, clear };
}

/**
 * The buttons. They stay where they are when another comment is shown, and keep the focus.
 *
 * @param {PaneHooks} hooks
 * @param {() => AdminComment | null} shown
 * @param {{ openReason: () => void, openBan: () => void, focusReply: () => void, openArticle: () => void }} open
 */
function toolbar(hooks, shown, open) {
  const decisions = ACTIONS.map(({ action, label, key, icon, tone }) => ({
    action,
    element: button(
      label,
      () => {
        const comment = shown();
        if (comment !== null && outcome(comment, action) !== null) hooks.decide(action, {});
      },
      { key, icon, tone },
    ),
  }));
  const reasonButton = iconButton('Reject with a reason', 'down', open.openReason);
  reasonButton.setAttribute('aria-haspopup', 'dialog');
  reasonButton.classList.add('reason-button');
  const reject = decisions.find(({ action }) => action === 'reject')?.element;
  const ban = button('Ban', open.openBan, { key: 'b', icon: 'ban' });
  const reply = button('Reply', open.focusReply, { key: 'c', icon: 'reply' });
  const article = button('Article', open.openArticle, { key: 'o', icon: 'external' });
  const back = hooks.close === null ? null : iconButton('Back to the list', 'back', hooks.close);
  back?.classList.add('back-button');
  const elements = [
    h(
      'div',
      { class: 'pane-decisions', role: 'toolbar', 'aria-label': 'Decide' },
      may('moderate') &&
        decisions.map(({ element }) =>
          element === reject ? h('span', { class: 'split' }, element, reasonButton) : element,
        ),
    ),
    h(
      'div',
      { class: 'pane-tools', role: 'toolbar', 'aria-label': 'More' },
      back,
      may('moderate') && [reply, ban],
      article,
    ),
  ];

  /** @param {AdminComment | null} comment */
  function draw(comment) {
    for (const each of elements) each.hidden = comment === null;
    if (comment === null) return;
    for (const { action, element: each } of decisions) {
      each.hidden = !isOffered(comment, action);
      each.setAttribute('aria-disabled', String(outcome(comment, action) === null));
    }
    reasonButton.setAttribute('aria-disabled', String(outcome(comment, 'reject') === null));
    reply.setAttribute('aria-disabled', String(comment.status !== 'published'));
    ban.hidden = comment.author.kind === 'staff';
    article.hidden = webAddress(comment.thread.url) === null;
  }

  return { elements, draw, reasonButton };
}

/**
 * All that is shown of a comment.
 *
 * @param {AdminComment} comment
 * @param {CommentInContext | null} context
 * @param {string | null} notice
 * @param {HTMLElement} more what is known beyond the comment itself
 */
function sheet(comment, context, notice, more) {
  const reasons = reasonsToWait(comment);
  const parents = context?.parents ?? [];
  return h(
    'div',
    { class: 'sheet' },
    notice !== null && h('p', { class: 'notice', role: 'note' }, notice),
    h(
      'div',
      { class: 'sheet-main' },
      h(
        'p',
        { class: 'article' },
        articleLink(comment.thread, webAddress(comment.thread.url)),
        h(
          'span',
          { class: 'aside' },
          comment.site,
          context?.thread.state === 'closed' && ' · closed',
          context?.thread.moderation === 'pre' && ' · every comment waits',
        ),
      ),
      h(
        'ol',
        { class: 'chain' },
        parents.map((parent) =>
          h(
            'li',
            { class: 'parent' },
            byline(parent, parent.status === 'published' ? null : statusBadge(parent.status)),
            parent.body === '' ? h('p', { class: 'aside' }, 'The text has been erased.') : bodyText(parent.body),
          ),
        ),
        h(
          'li',
          { class: 'subject', 'aria-current': 'true' },
          byline(comment, statusBadge(comment.status)),
          isErased(comment) ? h('p', { class: 'aside' }, 'The text has been erased.') : bodyText(comment.body),
          h(
            'p',
            { class: 'aside' },
            comment.edited_at !== null && ['Edited ', timeElement(comment.edited_at), ' · '],
            `${comment.score.up} up, ${comment.score.down} down · `,
            `${plural(comment.reply_count, 'reply', 'replies')} · `,
            h('a', { class: 'link', href: addressOf(`comment/${comment.id}`) }, 'Its own page'),
          ),
        ),
      ),
      reasons.length > 0 &&
        h(
          'ul',
          { class: 'why', 'aria-label': 'Why it waits' },
          reasons.map((reason) => h('li', null, reason)),
        ),
    ),
    more,
  );
}

/**
 * @param {AdminComment} comment
 * @param {HTMLElement | null} mark
 */
function byline(comment, mark) {
  return h(
    'p',
    { class: 'byline' },
    written(comment.author.name || 'Erased', 'name'),
    mark,
    timeElement(comment.created_at),
  );
}

/**
 * @param {CommentInContext} context
 * @param {() => void} onPosted
 */
function details(context, onPosted) {
  const { comment, thread, author, reports, revisions, decisions } = context;
  return h(
    'div',
    { class: 'pane-more' },
    h('div', { class: 'pane-side' }, authorCard(comment, author)),
    h(
      'div',
      { class: 'pane-history' },
      reportList(reports),
      revisionList(revisions),
      decisionList(decisions),
      threadLinks(comment, thread, onPosted),
      may('moderate') && comment.status === 'published' && replyBox(comment, thread, onPosted),
    ),
  );
}
