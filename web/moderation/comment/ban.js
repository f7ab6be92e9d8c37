// The dialog that bans the one who wrote a comment.

/** @import { AdminComment, Ban } from '../types' */

import { addBan, removeBan } from '../calls.js';
import { refreshCounts } from '../counts.js';
import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form } from '../form.js';
import { plural } from '../format.js';
import { written } from '../parts.js';
import { offerUndo } from '../toast.js';

const DAY_MILLISECONDS = 86_400_000;

/** @type {[value: string, label: string][]} days, or empty for ever */
const TIMES = [
  ['1', '1 day'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['', 'For good'],
];
/** @type {[value: 'none' | 'day' | 'all', label: string][]} */
const REMOVALS = [
  ['none', 'None'],
  ['day', 'Those of the last day'],
  ['all', 'All'],
];

/**
 * Opens the dialog.
 *
 * @param {AdminComment} comment
 * @param {(removed: number) => void} onChange called when the author was banned, or the ban was lifted again
 */
export function openBanDialog(comment, onChange) {
  const who = /** @type {[string, string][]} */ ([
    ['author', 'This author'],
    ...(comment.network === null ? [] : [['network', 'Their network']]),
  ]);
  const by = choices(
    'by',
    'Who',
    who,
    'author',
    'A network can be shared by many people: a household, a school, a train.',
  );
  const time = choices('days', 'For how long', TIMES, '7');
  const removal = choices('remove', 'Reject their comments', REMOVALS, 'none');
  const reason = field('reason', 'Reason', { hint: 'Seen by staff only.', autocomplete: 'off' });
  const { element } = form(
    [reason],
    'Ban',
    async ({ reason = '' }) => {
      const days = Number(time.value());
      const { ban, removed } = await addBan({
        comment: comment.id,
        by: by.value() === 'network' ? 'network' : 'author',
        remove_comments: REMOVALS.find(([value]) => value === removal.value())?.[0] ?? 'none',
        ...(days === 0 ? {} : { ends_at: new Date(Date.now() + days * DAY_MILLISECONDS).toISOString() }),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      });
      close();
      tell(comment, ban, removed, onChange);
    },
    { more: h('button', { type: 'button', class: 'button', on: { click: () => close() } }, 'Cancel') },
  );
  element.prepend(by.element, time.element, removal.element);
  const { close } = openDialog('Ban', [h('p', { class: 'dialog-subject' }, written(comment.author.name)), element]);
}

/**
 * @param {AdminComment} comment
 * @param {Ban} ban
 * @param {number} removed
 * @param {(removed: number) => void} onChange
 */
function tell(comment, ban, removed, onChange) {
  const who = ban.author === null ? 'The network' : comment.author.name;
  const gone = removed === 0 ? '' : ` ${plural(removed, 'comment')} rejected; undo lifts the ban only.`;
  offerUndo(`${who} is banned.${gone}`, async () => {
    await removeBan(ban.id);
    onChange(0);
    return 'The ban is lifted.';
  });
  refreshCounts();
  onChange(removed);
}

/**
 * @param {string} name
 * @param {string} legend
 * @param {[value: string, label: string][]} options
 * @param {string} chosen
 * @param {string} [hint]
 */
function choices(name, legend, options, chosen, hint) {
  const element = h(
    'fieldset',
    { class: 'choices is-row' },
    h('legend', null, legend),
    options.map(([value, label]) =>
      h('label', { class: 'choice' }, h('input', { type: 'radio', name, value, checked: value === chosen }), label),
    ),
    hint !== undefined && h('p', { class: 'field-hint' }, hint),
  );
  return {
    element,
    value: () => element.querySelector('input:checked')?.getAttribute('value') ?? chosen,
  };
}
