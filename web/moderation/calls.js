// Every call of the admin API, named as in the contract. They throw what `call` throws.

/**
 * @import {
 *   AdminComment, AdminThread, ApiToken, AuthorRecord, Ban, CommentInContext, Decision, DecisionAction,
 *   DecisionReason, DecisionResult, Me, NewApiToken, NewStaffResult, Permission, Query, Queues, Role, Rule, RuleTest, Session,
 *   SiteSettings, Staff, Stats, Totp,
 * } from './types'
 */

import { call } from './api.js';

/** @typedef {{ next_cursor: string | null }} Page */

const at = encodeURIComponent;

// Who I am.

/** @param {{ name: string, password: string, code?: string } | { token: string }} body @returns {Promise<Me>} */
export const signIn = (body) => call('POST', 'session', { body });
export const signOut = () => call('DELETE', 'session');
/** @returns {Promise<Me>} */
export const readMe = () => call('GET', 'me');
/** @param {{ current_password?: string, new_password: string }} body */
export const changePassword = (body) => call('PUT', 'me/password', { body });
/** @returns {Promise<Totp>} */
export const beginTotp = () => call('POST', 'me/totp');
/** @param {string} code @returns {Promise<{ recovery_codes: string[] }>} */
export const confirmTotp = (code) => call('PUT', 'me/totp', { body: { code } });
/** @param {string} code */
export const removeTotp = (code) => call('POST', 'me/totp/removal', { body: { code } });
/** @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<{ sessions: Session[] } & Page>} */
export const listSessions = (query, signal) => call('GET', 'sessions', { query, signal });
/** @param {string} id */
export const endSession = (id) => call('DELETE', `sessions/${at(id)}`);

// The queue.

/** @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<Queues>} */
export const listQueues = (query, signal) => call('GET', 'queues', { query, signal });
/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<{ comments: AdminComment[] } & Page>} */
export const listAdminComments = (query, signal) => call('GET', 'comments', { query, signal });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<CommentInContext>} */
export const findAdminComment = (id, signal) => call('GET', `comments/${at(id)}`, { signal });
/**
 * @param {{ site: string, thread: { key: string }, parent_id?: string, body: string }} body
 * @returns {Promise<{ comment: AdminComment }>}
 */
export const postStaffComment = (body) => call('POST', 'comments', { body });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<AuthorRecord>} */
export const findAuthor = (id, signal) => call('GET', `authors/${at(id)}`, { signal });

// Decisions.

/**
 * @param {{
 *   action: DecisionAction, comments: { id: string, version?: number }[], reason?: DecisionReason, note?: string,
 * }} body at most 100 comments
 * @returns {Promise<{ results: DecisionResult[] }>}
 */
export const decide = (body) => call('POST', 'decisions', { body });
/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<{ decisions: Decision[] } & Page>} */
export const listDecisions = (query, signal) => call('GET', 'decisions', { query, signal });
/** @param {string} id @returns {Promise<{ comment: AdminComment, decision: Decision }>} */
export const undoDecision = (id) => call('POST', `decisions/${at(id)}/undo`);

// Threads.

/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<{ threads: AdminThread[] } & Page>} */
export const listThreads = (query, signal) => call('GET', 'threads', { query, signal });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<AdminThread>} */
export const findThread = (id, signal) => call('GET', `threads/${at(id)}`, { signal });
/**
 * @param {string} id
 * @param {Partial<AdminThread> & { merge?: true }} body
 * @returns {Promise<AdminThread>}
 */
export const changeThread = (id, body) => call('PATCH', `threads/${at(id)}`, { body });

// Rules.

/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<{ rules: Rule[] } & Page>} */
export const listRules = (query, signal) => call('GET', 'rules', { query, signal });
/**
 * @param {{ site: string, kind: Rule['kind'], action: Rule['action'], patterns: string[], note?: string }} body
 * @returns {Promise<{ rules: Rule[] }>}
 */
export const addRules = (body) => call('POST', 'rules', { body });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Rule>} */
export const findRule = (id, signal) => call('GET', `rules/${at(id)}`, { signal });
/** @param {string} id @param {Partial<Rule>} body @returns {Promise<Rule>} */
export const changeRule = (id, body) => call('PATCH', `rules/${at(id)}`, { body });
/** @param {string} id */
export const removeRule = (id) => call('DELETE', `rules/${at(id)}`);
/**
 * @param {{ site: string, rule_id?: string, kind?: Rule['kind'], pattern?: string, text?: string }} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<RuleTest>}
 */
export const testRule = (body, signal) => call('POST', 'rules/test', { body, signal });

// Bans.

/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<{ bans: Ban[] } & Page>} */
export const listBans = (query, signal) => call('GET', 'bans', { query, signal });
/**
 * @param {{
 *   comment?: string, by?: 'author' | 'network', site?: string, author?: string, network?: string,
 *   reason?: string, ends_at?: string, remove_comments?: 'none' | 'day' | 'all',
 * }} body
 * @returns {Promise<{ ban: Ban, removed: number, has_more: boolean }>}
 */
export const addBan = (body) => call('POST', 'bans', { body });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Ban>} */
export const findBan = (id, signal) => call('GET', `bans/${at(id)}`, { signal });
/** @param {string} id @param {{ reason?: string | null, ends_at?: string | null }} body @returns {Promise<Ban>} */
export const changeBan = (id, body) => call('PATCH', `bans/${at(id)}`, { body });
/** @param {string} id */
export const removeBan = (id) => call('DELETE', `bans/${at(id)}`);

// Sites.

/** @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<{ sites: SiteSettings[] } & Page>} */
export const listSites = (query, signal) => call('GET', 'sites', { query, signal });
/** @param {Record<string, unknown> & { slug: string }} body policy flat @returns {Promise<SiteSettings>} */
export const addSite = (body) => call('POST', 'sites', { body });
/** @param {string} slug @param {AbortSignal} [signal] @returns {Promise<SiteSettings>} */
export const findSiteSettings = (slug, signal) => call('GET', `sites/${at(slug)}`, { signal });
/** @param {string} slug @param {Record<string, unknown>} body policy flat @returns {Promise<SiteSettings>} */
export const changeSite = (slug, body) => call('PATCH', `sites/${at(slug)}`, { body });
/** @param {string} slug */
export const removeSite = (slug) => call('DELETE', `sites/${at(slug)}`);
/** @param {string} site @param {Stats['window']} window @param {AbortSignal} [signal] @returns {Promise<Stats>} */
export const readStats = (site, window, signal) => call('GET', 'stats', { query: { site, window }, signal });

// Staff and tokens.

/** @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<{ staff: Staff[] } & Page>} */
export const listStaff = (query, signal) => call('GET', 'staff', { query, signal });
/**
 * @param {{ name: string, role: Role, sites?: string[] | null }} body
 * @returns {Promise<NewStaffResult>}
 */
export const addStaff = (body) => call('POST', 'staff', { body });
/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Staff>} */
export const findStaff = (id, signal) => call('GET', `staff/${at(id)}`, { signal });
/** @param {string} id @param {Record<string, unknown>} body @returns {Promise<Staff>} */
export const changeStaff = (id, body) => call('PATCH', `staff/${at(id)}`, { body });
/** @param {string} id */
export const removeStaff = (id) => call('DELETE', `staff/${at(id)}`);
/** @param {Query} [query] @param {AbortSignal} [signal] @returns {Promise<{ tokens: ApiToken[] } & Page>} */
export const listTokens = (query, signal) => call('GET', 'tokens', { query, signal });
/**
 * @param {{ name: string, scopes?: Permission[], site?: string, expires_in_days?: number }} body
 * @returns {Promise<NewApiToken>}
 */
export const addToken = (body) => call('POST', 'tokens', { body });
/** @param {string} id @param {string} name @returns {Promise<ApiToken>} */
export const changeToken = (id, name) => call('PATCH', `tokens/${at(id)}`, { body: { name } });
/** @param {string} id */
export const removeToken = (id) => call('DELETE', `tokens/${at(id)}`);
