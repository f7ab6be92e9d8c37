// One ban: why, for how long, and lifting it.

/** @import { Ban, Screen } from '../types' */

import { changeBan, findBan, removeBan } from '../calls.js';
import { confirmDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { FieldErrors, field, form } from '../form.js';
import { moment } from '../format.js';
import { facts, finalActs, page, part } from '../page.js';
import { button, timeElement, written } from '../parts.js';
import { addressOf, go } from '../router.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { banBadge, banEnd, whoIsBanned } from './words.js';

const REASON_CHARACTERS = 1000;
const MINUTE_MILLISECONDS = 60_000;

/** @type {Screen} */
export const banScreen = ({ main, place, signal }) => {
  const back = { label: 'Bans', path: 'bans', query: { site: place.query.site } };
  const { heading, add } = page(main, 'Ban', { back });
  const room = h('div', { class: 'stack' });
  add(room);
  void loadInto(room, signal, () => findBan(place.params.id ?? '', signal), draw);

  /** @param {Ban} ban */
  function draw(ban) {
    fill(heading, 'Ban: ', whoIsBanned(ban));
    return [
      h(
        'section',
        { class: 'panel stack', 'aria-label': 'Overview' },
        h('div', { class: 'badge-row' }, banBadge(ban)),
        about(ban),
      ),
      may('moderate') && ban.is_active && changePart(ban),
      may('moderate') &&
        ban.is_active &&
        finalActs({
          title: 'Lift the ban',
          text: 'They can write again at once. Comments that were rejected with the ban stay rejected.',
          button: button('Lift', () => void lift(ban), { tone: 'danger' }),
        }),
    ];
  }

  /** @param {Ban} ban */
  function changePart(ban) {
    const ends = field('ends_at', 'Ends', {
      type: 'datetime-local',
      value: ban.ends_at === null ? '' : localTime(ban.ends_at),
      hint: 'In your own time. Empty: for good.',
    });
    ends.element.classList.add('short');
    const reason = field('reason', 'Reason', {
      value: ban.reason ?? '',
      maxlength: REASON_CHARACTERS,
      autocomplete: 'off',
      hint: 'Seen by staff only.',
    });
    const { element } = form([ends, reason], 'Save', async ({ ends_at = '', reason = '' }) => {
      if (ends.input.validity.badInput) throw new FieldErrors({ ends_at: 'A day and a time, or nothing.' });
      const now = await changeBan(ban.id, {
        ends_at: ends_at === '' ? null : new Date(ends_at).toISOString(),
        reason: reason.trim() || null,
      });
      if (signal.aborted) return;
      fill(room, draw(now));
      heading.focus({ preventScroll: true });
      toast('Saved.');
    });
    return part('Change', {}, h('div', { class: 'panel' }, element));
  }

  /** @param {Ban} ban */
  async function lift(ban) {
    if (!(await confirmDialog('Lift the ban?', [whoIsBanned(ban), ' can write on ', ban.site, ' again.'], 'Lift')))
      return;
    try {
      await removeBan(ban.id);
      toast('The ban is lifted.');
      go('bans', back.query);
    } catch (error) {
      toastError(error, 'Not lifted');
    }
  }
};

/** @param {Ban} ban */
function about(ban) {
  const { site, author, network, reason, staff, created_at } = ban;
  return facts(
    ['Site', site],
    author !== null && [
      'Author',
      h(
        'a',
        { class: 'link', href: addressOf(`authors/${author.id}`) },
        author.name === '' ? 'Their record' : written(author.name),
      ),
    ],
    network !== null && [
      'Network',
      h(
        'a',
        {
          class: 'link',
          href: addressOf('queue/recent', { site, network }),
        },
        h('code', null, network),
      ),
    ],
    ['By', [staff === null ? 'The service' : written(staff.name), ', ', timeElement(created_at)]],
    ['How long', [banEnd(ban), ban.ends_at !== null && ` (${moment(ban.ends_at)})`]],
    ['Reason', reason === null ? 'None was given.' : written(reason)],
  );
}

/**
 * A time as fields for a day and a time want it: in the zone of the reader, to the minute.
 *
 * @param {string} iso
 */
function localTime(iso) {
  const date = new Date(iso);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MILLISECONDS);
  return shifted.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
}
