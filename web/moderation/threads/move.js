// Another key for a thread whose page has moved; and putting it together with the thread that has that key.

/** @import { AdminThread } from '../types' */

import { ApiProblem } from '../api.js';
import { changeThread } from '../calls.js';
import { confirmDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form } from '../form.js';
import { plural } from '../format.js';
import { part } from '../page.js';
import { written } from '../parts.js';
import { toast } from '../toast.js';

/**
 * @param {AdminThread} thread
 * @param {(thread: AdminThread) => void} onMove is given the thread that is left
 */
export function movePart(thread, onMove) {
  const key = field('key', 'Key', {
    value: thread.key,
    required: true,
    class: 'input is-code',
    dir: 'auto',
    autocomplete: 'off',
    spellcheck: 'false',
    hint: 'By its key the page finds its comments. Change it only when the page names another one now.',
  });
  const { element, submit } = form(
    [key],
    'Change the key',
    async ({ key = '' }) => {
      if (key === thread.key) return toast('That is the key already.');
      try {
        onMove(await changeThread(thread.id, { key }));
        toast('The key is changed.');
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.code !== 'thread_key_taken') throw error;
        if (!(await askToMerge(thread, key))) return;
        onMove(await changeThread(thread.id, { key, merge: true }));
        toast('The threads are one now.');
      }
    },
    { fieldOf: { thread_too_large: 'key' } },
  );
  submit.dataset.focus = 'key';
  return part(
    'Move',
    { text: 'When an article has got another address, its comments can follow.' },
    h('div', { class: 'panel' }, element),
  );
}

/**
 * @param {AdminThread} thread
 * @param {string} key
 */
function askToMerge(thread, key) {
  return confirmDialog(
    'Put two threads together?',
    [
      'There is a thread with the key ',
      h('strong', null, written(key)),
      ' already. Going on moves all comments of this thread (',
      plural(thread.comment_count, 'published one', 'published ones'),
      ', and those that wait or were rejected) to that one. ',
      'This thread and its settings are gone then. It can’t be undone.',
    ],
    'Move the comments',
  );
}
