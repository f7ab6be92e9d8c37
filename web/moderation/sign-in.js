// The screen before all others: name and password, the code of a second factor, or an API token.

import { ApiProblem } from './api.js';
import { fill, h } from './dom.js';
import { field, form } from './form.js';
import { icon } from './icons.js';
import { link } from './parts.js';
import { beginSession } from './session.js';

const MESSAGES = {
  sign_in_failed: 'The name and this password don’t fit. Check both, also capital letters.',
};

/**
 * Shows the sign-in screen. `done` is called when somebody has signed in; what they used is told.
 *
 * @param {HTMLElement} room
 * @param {{ hasEnded: boolean, done: (used: 'password' | 'token') => void }} options `hasEnded`: a session was there
 */
export function signInScreen(room, { hasEnded, done }) {
  document.title = 'Sign in – Rejoinder';
  const panel = h('div', { class: 'sign-in-panel' });
  fill(
    room,
    h(
      'main',
      { class: 'sign-in' },
      h(
        'div',
        { class: 'sign-in-card' },
        h('div', { class: 'brand' }, h('img', { src: 'icon.svg', alt: '', width: 28, height: 28 }), 'Rejoinder'),
        panel,
      ),
    ),
  );
  askPassword();

  function askPassword() {
    const name = field('name', 'Name', {
      autocomplete: 'username',
      required: true,
      autocapitalize: 'none',
      spellcheck: 'false',
    });
    const password = field('password', 'Password', {
      type: 'password',
      autocomplete: 'current-password',
      required: true,
    });
    const { element } = form(
      [name, password],
      'Sign in',
      async ({ name = '', password = '' }) => {
        try {
          await beginSession({ name, password });
        } catch (error) {
          if (error instanceof ApiProblem && error.code === 'code_required') return askCode(name, password);
          throw error;
        }
        done('password');
      },
      { fieldOf: { sign_in_failed: 'password' }, messages: MESSAGES },
    );
    show(
      'Sign in',
      hasEnded ? 'Your session has ended. Sign in to go on where you were.' : null,
      element,
      other('Use an API token', 'The first time, or without a password?', askToken),
    );
    name.input.focus();
  }

  /** @param {string} name @param {string} password */
  function askCode(name, password) {
    const code = field('code', 'Code', {
      autocomplete: 'one-time-code',
      required: true,
      autocapitalize: 'none',
      spellcheck: 'false',
      hint: 'The six digits that your authenticator app shows, or one of your recovery codes.',
    });
    const { element } = form(
      [code],
      'Continue',
      async ({ code = '' }) => {
        await beginSession({ name, password, code: code.trim() });
        done('password');
      },
      {
        fieldOf: { sign_in_failed: 'code', code_required: 'code' },
        messages: { sign_in_failed: 'This code is not valid, or not any more. Try the next one.' },
      },
    );
    show('Second step', null, element, other('Begin again', 'Not your account?', askPassword));
    code.input.focus();
  }

  function askToken() {
    const token = field('token', 'Access token', {
      type: 'password',
      autocomplete: 'off',
      required: true,
      spellcheck: 'false',
      hint: [
        'Printed by ',
        h('code', null, 'rejoinder staff add'),
        ', or given to you by an owner. It begins with ',
        h('code', null, 'rjs_'),
        '.',
      ],
    });
    const { element } = form(
      [token],
      'Sign in',
      async ({ token = '' }) => {
        await beginSession({ token: token.trim() });
        done('token');
      },
      {
        fieldOf: { sign_in_failed: 'token' },
        messages: { sign_in_failed: 'This token can’t be used to sign in. It may have ended, or be limited.' },
      },
    );
    show('Sign in with a token', null, element, other('Use name and password', 'You have a password?', askPassword));
    token.input.focus();
  }

  /**
   * @param {string} title
   * @param {string | null} text
   * @param {HTMLElement} element
   * @param {HTMLElement} more
   */
  function show(title, text, element, more) {
    fill(panel, h('h1', null, title), text !== null && h('p', { class: 'sign-in-text' }, text), element, more);
  }
}

/**
 * @param {string} label
 * @param {string} question
 * @param {() => void} onClick
 */
function other(label, question, onClick) {
  return h(
    'p',
    { class: 'sign-in-other' },
    `${question} `,
    h('button', { type: 'button', class: 'link', on: { click: onClick } }, label),
  );
}

/**
 * After signing in with a token: the advice to have something better.
 *
 * @param {() => void} dismiss
 */
export function tokenAdvice(dismiss) {
  return h(
    'aside',
    { class: 'banner', 'aria-label': 'Advice' },
    icon('keys'),
    h(
      'p',
      null,
      'You signed in with a token. ',
      link('#/account', 'Set a password and a second factor'),
      ' so that you won’t need it again.',
    ),
    h('button', { type: 'button', class: 'link', on: { click: dismiss } }, 'Not now'),
  );
}
