// The people who may sign in.

/** @import { NewStaffResult, Role, Screen, Staff } from '../types' */

import { addStaff, listStaff } from '../calls.js';
import { openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { field, form } from '../form.js';
import { day } from '../format.js';
import { allSites, entry, page } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, timeElement, written } from '../parts.js';
import { addressOf } from '../router.js';
import { secretBox } from '../secret.js';
import { emptyState } from '../states.js';
import { toastError } from '../toast.js';
import { roleAndSites } from './fields.js';
import { ROLES } from './words.js';

/** @type {Screen} */
export const staffScreen = ({ main, signal }) => {
  const list = pagedList(
    {
      label: 'Staff',
      noun: ['person', 'people'],
      load: async (query, mine) => {
        const { staff, next_cursor } = await listStaff(query, mine);
        return { items: staff, next_cursor };
      },
      id: ({ id }) => id,
      row: staffRow,
      empty: () => emptyState('No staff', undefined, { icon: 'staff' }),
    },
    signal,
  );
  const { add } = page(main, 'Staff', { actions: button('Add somebody', () => void ask(), { tone: 'primary' }) });
  add(list.element);
  void list.reload();

  async function ask() {
    try {
      const sites = await allSites(signal);
      if (!signal.aborted) askForStaff(sites, (staff) => list.put(staff));
    } catch (error) {
      toastError(error);
    }
  }

  // The staff are the same whichever site the rest of the page shows.
  return { update: () => {} };
};

/**
 * @param {string[]} sites
 * @param {(staff: Staff) => void} onAdd
 */
function askForStaff(sites, onAdd) {
  const name = field('name', 'Name', {
    required: true,
    autocomplete: 'off',
    hint: 'Shown under the comments that they write, with the mark of staff.',
  });
  const rights = roleAndSites(sites, { role: 'moderator', sites: null });
  const { element } = form(
    [name, ...rights.fields],
    'Add',
    async ({ name = '', role }) => {
      const result = await addStaff({ name: name.trim(), role: /** @type {Role} */ (role), sites: rights.sites() });
      close();
      onAdd(result.staff);
      showToken(result);
    },
    { fieldOf: { name_taken: 'name' } },
  );
  const { close } = openDialog('Add somebody', element);
}

/** @param {NewStaffResult} result */
function showToken({ staff, token, secret }) {
  const { close } = openDialog(
    'Their first token',
    [
      h(
        'p',
        null,
        written(staff.name),
        ' signs in with this token and sets a password then. It is shown only now, and holds until ',
        day(token.expires_at),
        '.',
      ),
      secretBox('Token', secret),
      h(
        'div',
        { class: 'form-actions' },
        button('Done', () => close(), { tone: 'primary' }),
      ),
    ],
    { stays: true },
  );
}

/** @param {Staff} staff */
function staffRow(staff) {
  const { id, name, role, sites, created_at, is_disabled } = staff;
  const element = entry(addressOf(`staff/${id}`), written(name), {
    badges: staffBadges(staff),
    below: [ROLES[role], ' · ', sites === null ? 'all sites' : sites.join(', ')],
    aside: ['since ', timeElement(created_at)],
  });
  element.classList.toggle('is-off', is_disabled);
  return element;
}

/** @param {Staff} staff */
export function staffBadges({ role, is_disabled, has_password, has_totp }) {
  return [
    role === 'owner' && badge('Owner', 'primary'),
    is_disabled && badge('Disabled', 'danger'),
    !has_password && badge('No password', 'warning'),
    has_totp && badge('Second factor', 'good'),
  ];
}
