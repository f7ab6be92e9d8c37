// What roles and scopes are called.

/** @import { Permission, Role } from '../types' */

/** @type {Record<Role, string>} */
export const ROLES = { viewer: 'Viewer', moderator: 'Moderator', owner: 'Owner' };

/** @type {[Role, string][]} */
export const ROLE_CHOICES = [
  ['viewer', 'Viewer: sees everything, changes nothing'],
  ['moderator', 'Moderator: decides, bans, changes threads'],
  ['owner', 'Owner: also rules and settings; of all sites, staff too'],
];

/** @type {Record<Permission, string>} */
export const SCOPES = {
  read: 'Read',
  moderate: 'Moderate: decide, ban, change threads',
  configure: 'Configure: rules and settings of sites',
  administer: 'Administer: staff, and adding sites',
};
