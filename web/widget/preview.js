// Shows what a text will look like, as the service makes it. A bundle of its own, which comes when somebody asks for that.

/** @import { Form } from './form.js' */
/** @import { Writing } from './writing.js' */

import { h, set } from './dom.js';
import { nodes } from './rich.js';

/**
 * Shows the text of a form below it, or takes that away.
 *
 * @param {Form} form
 * @param {Writing} writing that the form belongs to
 */
export async function toggle(form, { view, context, writes }) {
  const { text, preview } = form;
  if (form.shown || !preview) return form.show(null);
  if (preview.hasAttribute('aria-disabled')) return;
  set(preview, 'aria-disabled', 'true');
  form.say(null);
  try {
    const body = JSON.stringify({ body: text, thread: view.settings.thread });
    const { body_html: html } = await writes.send('POST', 'preview', body, undefined, null);
    // What was written meanwhile looks different.
    if (form.text === text) {
      const label = context.messages.text('form.preview');
      const about = { class: 'body preview', part: 'preview', role: 'group', 'aria-label': label, dir: 'auto' };
      form.show(h('div', about, nodes(html, context.headingLevel + 1)));
    }
  } catch (error) {
    // It says so, but keeps nobody from sending the text.
    const problem = view.failed(error);
    if (problem) form.fail({ ...problem, retry_after_seconds: undefined });
  }
  set(preview, 'aria-disabled', null);
}
