// Copies the link to a comment; where the browser doesn't let it, the reader gets the link to copy it themselves.

/** @import { CommentView } from './comment.js' */
/** @import { Context } from './types' */

import { h, set, setText } from './dom.js';

const DONE = 'M3 8.5l3.5 3.5L13 4.5';
const SHOWN_MILLISECONDS = 2_000;

/** Takes back what was said on a button. */
let settle = () => {};

/**
 * @param {CommentView} view
 * @param {Context} context
 */
export async function copyLink(view, context) {
  const { href } = view.permalink;
  try {
    await navigator.clipboard.writeText(href);
  } catch {
    if (!context.signal.aborted) give(view, context, href);
    return;
  }
  if (context.signal.aborted) return;
  const { announce, messages, signal } = context;
  settle();
  view.say(null);
  const said = messages.text('comment.copied');
  const [line, label] = view.button('copy').querySelectorAll('path, span');
  if (!line || !label) return;
  const before = line.getAttribute('d');
  const timer = setTimeout(() => settle(), SHOWN_MILLISECONDS);
  settle = () => {
    clearTimeout(timer);
    set(line, 'd', before);
    setText(label, messages.text('comment.copy'));
    settle = () => {};
  };
  signal.addEventListener('abort', settle, { once: true });
  set(line, 'd', DONE);
  setText(label, said);
  announce(said);
}

/**
 * Shows a field with the link below the comment, chosen to be copied.
 *
 * @param {CommentView} view
 * @param {Context} context
 * @param {string} href
 */
function give(view, { messages }, href) {
  const text = messages.text('comment.copy_yourself');
  const keydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    view.say(null);
    view.button('copy').focus();
  };
  const field = h('input', { part: 'input', dir: 'ltr', readonly: true, value: href, 'aria-label': text, on: { keydown } });
  view.say(text)?.append(field);
  field.select();
}
