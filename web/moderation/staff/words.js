// What roles and scopes are called.

/** @import { Permission, Role } from '../types' */

/** @type {Record<Role, string>} */
export const ROLES = { viewer: 'Viewer', moderator: 'Moderator', owner: 'Owner' };

/** @type {[Role, string][]} */
export const ROLE_CHOICES = [
  ['viewer', 'Viewer: sees everything'],
  ['moderator', 'Moderator: decides and bans'],
  ['owner', 'Owner: all of it'],
];

/** @type {Record<Permission, string>} */
export const SCOPES = {
  read: 'Read',
  moderate: 'Moderate: decide, ban, change threads',
  configure: 'Configure: rules and settings of sites',
  administer: 'Administer: staff, and adding sites',
};
