// What a thread has of its own: moderation, limits, and what it says about its page.

/** @import { AdminThread } from '../types' */

import { changeThread } from '../calls.js';
import { h } from '../dom.js';
import { changesOf, check, numberIn } from '../fields.js';
import { field, form } from '../form.js';
import { number } from '../format.js';
import { facts, part } from '../page.js';
import { may } from '../session.js';
import { toast } from '../toast.js';

const MAX_CHARACTERS = 20_000;
const DAY_SECONDS = 86_400;

const MODERATION = /** @type {[string, string][]} */ ([
  ['', 'As the site says'],
  ['pre', 'Hold all comments until they are approved'],
  ['post', 'Publish comments at once'],
]);

/**
 * @param {AdminThread} thread
 * @param {(thread: AdminThread) => void} onChange
 */
export function settingsPart(thread, onChange) {
  if (!may('moderate')) return readOnly(thread);
  const moderation = field('moderation', 'New comments', { options: MODERATION, value: thread.moderation ?? '' });
  const limit = field('max_characters', 'Most characters of a comment', {
    value: thread.max_characters ?? '',
    inputmode: 'numeric',
    autocomplete: 'off',
    hint: 'Empty: as the site says.',
  });
  const slow = field('slow_mode_seconds', 'Slow mode, in seconds', {
    value: thread.slow_mode_seconds ?? '',
    inputmode: 'numeric',
    autocomplete: 'off',
    hint: 'How long a writer waits between two comments here. Empty: not at all.',
  });
  const stays = check('stays_open', 'Stays open however old it gets', { checked: thread.stays_open });
  const title = field('title', 'Title', { value: thread.title ?? '', dir: 'auto', autocomplete: 'off' });
  const url = field('url', 'Address of the page', { value: thread.url ?? '', type: 'url', autocomplete: 'off' });
  const { element, submit } = form([moderation, limit, slow, stays, title, url], 'Save', async (values) => {
    const changes = changesOf(
      {
        moderation: /** @type {AdminThread['moderation']} */ (values.moderation || null),
        max_characters: numberIn(values, 'max_characters', 1, MAX_CHARACTERS),
        slow_mode_seconds: numberIn(values, 'slow_mode_seconds', 1, DAY_SECONDS),
        stays_open: stays.isOn(),
        title: values.title?.trim() || null,
        url: values.url?.trim() || null,
      },
      thread,
    );
    if (changes === null) return toast('Nothing has changed.');
    onChange(await changeThread(thread.id, changes));
    toast('Saved.');
  });
  submit.dataset.focus = 'settings';
  return part('Settings', {}, h('div', { class: 'panel' }, element));
}

/** @param {AdminThread} thread */
function readOnly({ moderation, max_characters, slow_mode_seconds, stays_open }) {
  return part(
    'Settings',
    {},
    h(
      'div',
      { class: 'panel' },
      facts(
        ['New comments', MODERATION.find(([value]) => value === (moderation ?? ''))?.[1]],
        ['Most characters', max_characters === null ? 'As the site says' : number(max_characters)],
        [
          'Slow mode',
          slow_mode_seconds === null ? 'Off' : `${number(slow_mode_seconds)} s between two comments of a writer`,
        ],
        ['Stays open', stays_open ? 'Yes' : 'No'],
      ),
    ),
  );
}
