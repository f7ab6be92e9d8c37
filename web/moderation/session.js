// Who is signed in, and what they may do.

/** @import { Me, Permission } from './types' */

import { onSignedOut } from './api.js';
import { readMe, signIn, signOut } from './calls.js';

/** @type {Me | null} */
let me = null;

/** The one who is signed in, if somebody is. */
export function currentMe() {
  return me;
}

/** Asks the service who is signed in. */
export async function loadMe() {
  me = await readMe();
  return me;
}

/** @param {Parameters<typeof signIn>[0]} credentials */
export async function beginSession(credentials) {
  me = await signIn(credentials);
  return me;
}

/** Ends the session on the service, and forgets it here. */
export async function leaveSession() {
  await signOut();
  me = null;
}

/** @param {Permission | null} permission */
export function may(permission) {
  return me !== null && (permission === null || me.permissions.includes(permission));
}

onSignedOut(() => {
  me = null;
});
