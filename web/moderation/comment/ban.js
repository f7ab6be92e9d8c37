// The dialog that bans a writer, or the network of a comment.

/** @import { AdminComment, AuthorRecord, Ban } from '../types' */

import { addBan, removeBan } from '../calls.js';
import { refreshCounts } from '../counts.js';
import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { choices } from '../fields.js';
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
 * @typedef {object} Target
 * @property {string} name
 * @property {boolean} hasNetwork whether the network can be banned instead
 * @property {(by: 'author' | 'network') => Partial<Parameters<typeof addBan>[0]>} body what names them to the service
 */

/**
 * Opens the dialog for the one who wrote a comment.
 *
 * @param {AdminComment} comment
 * @param {(removed: number) => void} onChange called when the author was banned, or the ban was lifted again
 */
export function openBanDialog({ id, author, network }, onChange) {
  open({ name: author.name, hasNetwork: network !== null, body: (by) => ({ comment: id, by }) }, onChange);
}

/**
 * Opens the dialog for a writer.
 *
 * @param {AuthorRecord} record
 * @param {(removed: number) => void} onChange called when they were banned, or the ban was lifted again
 */
export function openAuthorBanDialog({ id, site, names }, onChange) {
  open({ name: names[0] ?? 'This author', hasNetwork: false, body: () => ({ site, author: id }) }, onChange);
}

/**
 * @param {Target} target
 * @param {(removed: number) => void} onChange
 */
function open(target, onChange) {
  const who = /** @type {[string, string][]} */ ([
    ['author', 'This author'],
    ...(target.hasNetwork ? [['network', 'Their network']] : []),
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
      const { ban, removed, has_more: hasMore } = await addBan({
        ...target.body(by.value() === 'network' ? 'network' : 'author'),
        remove_comments: REMOVALS.find(([value]) => value === removal.value())?.[0] ?? 'none',
        ...(days === 0 ? {} : { ends_at: new Date(Date.now() + days * DAY_MILLISECONDS).toISOString() }),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      });
      close();
      tell(target, ban, removed, hasMore, onChange);
    },
    { more: h('button', { type: 'button', class: 'button', on: { click: () => close() } }, 'Cancel') },
  );
  element.prepend(...(target.hasNetwork ? [by.element] : []), time.element, removal.element);
  const { close } = openDialog('Ban', [h('p', { class: 'dialog-subject' }, written(target.name)), element]);
}

/**
 * @param {Target} target
 * @param {Ban} ban
 * @param {number} removed
 * @param {boolean} hasMore
 * @param {(removed: number) => void} onChange
 */
function tell(target, ban, removed, hasMore, onChange) {
  const who = ban.author === null ? 'The network' : target.name;
  const gone = removed === 0 ? '' : ` ${plural(removed, 'comment')} rejected; undo lifts the ban only.`;
  const rest = hasMore ? ' There are more: ban them again to go on.' : '';
  offerUndo(`${who} is banned.${gone}${rest}`, async () => {
    await removeBan(ban.id);
    onChange(0);
    return 'The ban is lifted.';
  });
  refreshCounts();
  onChange(removed);
}
