// Starts the page: who is signed in, then the place that the address names.

/** @import { Place, Route } from './types' */

import { announce } from './announce.js';
import { ApiProblem, onSignedOut } from './api.js';
import { fill, h } from './dom.js';
import { startKeys } from './keys.js';
import { link, startTimes } from './parts.js';
import { addressOf, go, here, startRouter } from './router.js';
import { HOME, ROUTES } from './screens.js';
import { leaveSession, loadMe, may } from './session.js';
import { buildShell } from './shell.js';
import { signInScreen } from './sign-in.js';
import { emptyState, failureState } from './states.js';
import { forgetUndos, toastError } from './toast.js';

const app = /** @type {HTMLElement} */ (document.getElementById('app'));

/** @type {AbortController | null} the frame and all within it */
let frame = null;
/** @type {AbortController | null} the screen that is open */
let screen = null;

startKeys();
startTimes();
onSignedOut(() => {
  if (frame !== null) askToSignIn(true);
});
void begin();

async function begin() {
  try {
    await loadMe();
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return askToSignIn(false);
    return fill(
      app,
      h(
        'main',
        { class: 'sign-in' },
        failureState(error, () => void begin()),
      ),
    );
  }
  open(null);
}

/** @param {boolean} hasEnded */
function askToSignIn(hasEnded) {
  close();
  signInScreen(app, { hasEnded, done: open });
  if (hasEnded) announce('Your session has ended. Sign in to go on where you were.');
}

function close() {
  screen?.abort();
  frame?.abort();
  screen = null;
  frame = null;
  forgetUndos();
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

/** @param {'password' | 'token' | null} used what was just signed in with */
function open(used) {
  frame = new AbortController();
  const shell = buildShell(app, frame.signal, { used, leave: () => void leave() });
  if (here().path === '') go(HOME, {}, { replace: true });

  /** @type {Route | null | undefined} */
  let last;
  /** @type {((place: Place) => void) | undefined} */
  let update;
  startRouter(ROUTES, (route, place) => {
    shell.mark(place, route?.section ?? null);
    if (route === last && update !== undefined) return update(place);
    const isFirst = last === undefined;
    last = route;
    update = show(route, place);
    if (!isFirst) shell.main.focus({ preventScroll: true });
  });

  /** @param {Route | null} route @param {Place} place */
  function show(route, place) {
    screen?.abort();
    screen = new AbortController();
    fill(shell.main);
    scrollTo(0, 0);
    document.title = `${route?.title ?? 'Not found'} – Rejoinder`;
    if (route === null || !may(route.needs)) {
      shell.main.append(
        h('h1', { class: 'visually-hidden' }, 'Not found'),
        emptyState(
          'There is nothing here',
          ['This address leads nowhere, or you may not open it. ', link(addressOf(HOME), 'To the queue')],
          { icon: 'search' },
        ),
      );
      return undefined;
    }
    const opened = route.screen({ main: shell.main, place, signal: screen.signal });
    return opened?.update;
  }
}

async function leave() {
  try {
    await leaveSession();
    askToSignIn(false);
  } catch (error) {
    // Whose session has ended is asked to sign in already.
    if (frame !== null) toastError(error, 'Not signed out');
  }
}
