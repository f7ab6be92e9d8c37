// The table of contents: what can be opened, and what the navigation shows.

/** @import { IconName } from './icons.js' */
/** @import { Permission, Route } from './types' */

import { accountScreen } from './account/screen.js';
import { authorScreen } from './authors/screen.js';
import { banScreen } from './bans/detail.js';
import { bansScreen } from './bans/list.js';
import { commentScreen } from './comment/screen.js';
import { logScreen } from './log/screen.js';
import { queueScreen } from './queue/screen.js';
import { addRulesScreen, tryRulesScreen } from './rules/add.js';
import { ruleScreen } from './rules/detail.js';
import { rulesScreen } from './rules/list.js';
import { siteScreen } from './sites/detail.js';
import { sitesScreen } from './sites/list.js';
import { staffMemberScreen } from './staff/detail.js';
import { staffScreen } from './staff/list.js';
import { statsScreen } from './stats/screen.js';
import { threadScreen } from './threads/detail.js';
import { threadsScreen } from './threads/list.js';

/** Where one begins. */
export const HOME = 'queue/pending';

/** @type {readonly Route[]} */
export const ROUTES = [
  { pattern: 'queue/:tab', title: 'Queue', section: 'queue', needs: 'read', screen: queueScreen },
  { pattern: 'comment/:id', title: 'Comment', section: 'queue', needs: 'read', screen: commentScreen },
  { pattern: 'authors/:id', title: 'Author', section: 'queue', needs: 'read', screen: authorScreen },
  { pattern: 'threads', title: 'Threads', section: 'threads', needs: 'read', screen: threadsScreen },
  { pattern: 'threads/:id', title: 'Thread', section: 'threads', needs: 'read', screen: threadScreen },
  { pattern: 'rules', title: 'Rules', section: 'rules', needs: 'read', screen: rulesScreen },
  { pattern: 'rules/add', title: 'Add rules', section: 'rules', needs: 'configure', screen: addRulesScreen },
  { pattern: 'rules/try', title: 'Try a pattern', section: 'rules', needs: 'read', screen: tryRulesScreen },
  { pattern: 'rules/:id', title: 'Rule', section: 'rules', needs: 'read', screen: ruleScreen },
  { pattern: 'bans', title: 'Bans', section: 'bans', needs: 'read', screen: bansScreen },
  { pattern: 'bans/:id', title: 'Ban', section: 'bans', needs: 'read', screen: banScreen },
  { pattern: 'log', title: 'Log', section: 'log', needs: 'read', screen: logScreen },
  { pattern: 'stats', title: 'Stats', section: 'stats', needs: 'read', screen: statsScreen },
  { pattern: 'sites', title: 'Sites', section: 'sites', needs: 'read', screen: sitesScreen },
  { pattern: 'sites/:slug', title: 'Site', section: 'sites', needs: 'read', screen: siteScreen },
  { pattern: 'staff', title: 'Staff', section: 'staff', needs: 'administer', screen: staffScreen },
  { pattern: 'staff/:id', title: 'Staff', section: 'staff', needs: 'administer', screen: staffMemberScreen },
  { pattern: 'account', title: 'Account', section: 'account', needs: null, screen: accountScreen },
];

/** @typedef {{ name: string, label: string, icon: IconName, path: string, needs: Permission | null }} Section */

/** @type {readonly Section[]} those without a route are not shown */
const SECTIONS = [
  { name: 'queue', label: 'Queue', icon: 'queue', path: HOME, needs: 'read' },
  { name: 'threads', label: 'Threads', icon: 'threads', path: 'threads', needs: 'read' },
  { name: 'rules', label: 'Rules', icon: 'rules', path: 'rules', needs: 'read' },
  { name: 'bans', label: 'Bans', icon: 'ban', path: 'bans', needs: 'read' },
  { name: 'log', label: 'Log', icon: 'log', path: 'log', needs: 'read' },
  { name: 'stats', label: 'Stats', icon: 'stats', path: 'stats', needs: 'read' },
  { name: 'sites', label: 'Sites', icon: 'sites', path: 'sites', needs: 'configure' },
  { name: 'staff', label: 'Staff', icon: 'staff', path: 'staff', needs: 'administer' },
  { name: 'account', label: 'Account', icon: 'account', path: 'account', needs: null },
];

/** @returns {Section[]} */
export function sections() {
  return SECTIONS.filter(({ name }) => ROUTES.some(({ section }) => section === name));
}
