// One member of staff: what they may do, and how they come in.

/** @import { Child, Role, Screen, Staff } from '../types' */

import { sessionPart } from '../account/sessions.js';
import { tokenPart } from '../account/tokens.js';
import { changeStaff, findStaff, removeStaff } from '../calls.js';
import { confirmDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { changesOf } from '../fields.js';
import { field, form } from '../form.js';
import { allSites, finalActs, page, part } from '../page.js';
import { button, timeElement, written } from '../parts.js';
import { addressOf, go } from '../router.js';
import { currentMe } from '../session.js';
import { loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { roleAndSites } from './fields.js';
import { staffBadges } from './list.js';

/** @type {Screen} */
export const staffMemberScreen = ({ main, place, signal }) => {
  const { heading, add } = page(main, 'Staff', { back: { label: 'Staff', path: 'staff' } });
  const room = h('div', { class: 'stack' });
  add(room);
  void loadInto(
    room,
    signal,
    async () => ({
      staff: await findStaff(place.params.id ?? '', signal),
      sites: await allSites(signal),
    }),
    ({ staff, sites }) => draw(staff, sites),
  );

  /** @param {Staff} staff @param {string[]} sites */
  function draw(staff, sites) {
    fill(heading, written(staff.name));
    return [
      h(
        'div',
        { class: 'badge-row' },
        staffBadges(staff),
        h('span', { class: 'aside' }, 'since ', timeElement(staff.created_at)),
      ),
      part('Rights', {}, h('div', { class: 'panel' }, rights(staff, sites))),
      staff.id === currentMe()?.staff.id
        ? h(
            'p',
            { class: 'part-text' },
            'This is you. ',
            h('a', { class: 'link', href: addressOf('account') }, 'Your account'),
            ' has the rest.',
          )
        : [sessionPart(signal, staff), tokenPart(signal, staff), acts(staff, sites)],
    ];
  }

  /** @param {Staff} staff @param {string[]} sites */
  function rights(staff, sites) {
    const name = field('name', 'Name', { value: staff.name, required: true, autocomplete: 'off' });
    const chosen = roleAndSites(sites, staff);
    const { element } = form(
      [name, ...chosen.fields],
      'Save',
      async ({ name = '', role }) => {
        const wanted = { name: name.trim(), role: /** @type {Role} */ (role), sites: chosen.sites() };
        const changes = changesOf(wanted, staff);
        if (changes === null) return toast('Nothing has changed.');
        await change(staff, sites, changes, 'Saved.');
      },
      { fieldOf: { name_taken: 'name', last_owner: 'role' } },
    );
    return element;
  }

  /** @param {Staff} staff @param {string[]} sites */
  function acts(staff, sites) {
    const { name, is_disabled, has_password, has_totp } = staff;
    return part(
      'Access',
      {},
      finalActs(
        has_totp && {
          title: 'Remove the second factor',
          text: 'For somebody who lost their phone and the recovery codes. They sign in with the password alone then.',
          button: act(
            'Remove',
            'Remove the second factor?',
            [written(name), ' signs in with the password alone then.'],
            () => change(staff, sites, { remove_totp: true }, 'The second factor is removed.'),
          ),
        },
        has_password && {
          title: 'Remove the password',
          text: 'For somebody who forgot it. They need a token to come in, and can set another one then.',
          button: act('Remove', 'Remove the password?', [written(name), ' needs a token to come in then.'], () =>
            change(staff, sites, { remove_password: true }, 'The password is removed.'),
          ),
        },
        {
          title: is_disabled ? 'Let them in again' : 'Lock them out',
          text: is_disabled
            ? 'They can sign in again, and their tokens work.'
            : 'They can’t sign in, their sessions end, and their tokens are refused. What they did stays.',
          button: is_disabled
            ? button(
                'Enable',
                () => void safely(() => change(staff, sites, { is_disabled: false }, 'They can sign in again.')),
              )
            : act('Disable', 'Lock them out?', [written(name), ' is signed out everywhere, at once.'], () =>
                change(staff, sites, { is_disabled: true }, 'They are locked out.'),
              ),
        },
        {
          title: 'Remove from the staff',
          text: 'With their tokens. The log and the comments that they wrote keep their name.',
          button: act(
            'Remove',
            'Remove from the staff?',
            [written(name), ' and their tokens are gone then, for good.'],
            async () => {
              await removeStaff(staff.id);
              toast('Removed from the staff.');
              go('staff');
            },
          ),
        },
      ),
    );
  }

  /**
   * @param {Staff} staff
   * @param {string[]} sites
   * @param {Record<string, unknown>} changes
   * @param {string} done
   */
  async function change(staff, sites, changes, done) {
    const now = await changeStaff(staff.id, changes);
    if (signal.aborted) return;
    fill(room, draw(now, sites));
    heading.focus({ preventScroll: true });
    toast(done);
  }
};

/**
 * A button that asks first.
 *
 * @param {string} label
 * @param {string} title
 * @param {Child} text
 * @param {() => Promise<void>} run
 */
function act(label, title, text, run) {
  return button(
    label,
    () =>
      void (async () => {
        if (await confirmDialog(title, text, label)) await safely(run);
      })(),
    { tone: 'danger' },
  );
}

/** @param {() => Promise<void>} run */
async function safely(run) {
  try {
    await run();
  } catch (error) {
    toastError(error, 'Not done');
  }
}
