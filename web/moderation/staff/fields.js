// The fields for what somebody may do, and where.

/** @import { Staff } from '../types' */

import { boxes, check } from '../fields.js';
import { FieldErrors, field } from '../form.js';
import { ROLE_CHOICES } from './words.js';

/**
 * @param {string[]} sites to choose from
 * @param {Pick<Staff, 'role' | 'sites'>} chosen
 */
export function roleAndSites(sites, chosen) {
  const role = field('role', 'Role', {
    options: ROLE_CHOICES,
    value: chosen.role,
    hint: 'Moderators also change threads, owners also rules and settings. Owners of all sites keep staff and sites.',
  });
  const all = check('all', 'On all sites, also those to come', { checked: chosen.sites === null });
  const some = boxes(
    'sites',
    'On these sites',
    sites.map((slug) => /** @type {const} */ ([slug, slug])),
    chosen.sites ?? [],
  );
  const draw = () => {
    some.element.hidden = all.isOn();
  };
  all.input.addEventListener('change', draw);
  draw();
  return {
    fields: [role, all, some],
    /** @returns {string[] | null} */
    sites: () => {
      if (all.isOn()) return null;
      if (some.chosen().length === 0) throw new FieldErrors({ sites: 'Choose at least one, or all.' });
      return some.chosen();
    },
  };
}
