// The second factor: setting up an authenticator app, and taking it away.

/** @import { Staff, Totp } from '../types' */

import { beginTotp, confirmTotp, removeTotp } from '../calls.js';
import { openDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { field, form } from '../form.js';
import { part } from '../page.js';
import { badge, button } from '../parts.js';
import { secretBox } from '../secret.js';
import { loadMe } from '../session.js';
import { toast, toastError } from '../toast.js';
import { qrCode } from './qr.js';

const CODE = /** @type {const} */ ({
  required: true,
  inputmode: 'numeric',
  autocomplete: 'one-time-code',
  autocapitalize: 'none',
  spellcheck: 'false',
  maxlength: 64,
});

/**
 * @param {Staff} me
 * @param {() => void} onChange
 */
export function factorPart(me, onChange) {
  return part(
    'Second factor',
    {
      text: 'With it, signing in takes the password and a code of an authenticator app. To use another app, remove it first.',
      actions: badge(me.has_totp ? 'On' : 'Off', me.has_totp ? 'good' : 'plain'),
    },
    h(
      'div',
      { class: 'button-row' },
      me.has_totp
        ? button('Remove', () => askForRemoval(onChange), { tone: 'danger', icon: 'delete' })
        : button('Set up', () => void setUp(onChange), { tone: 'primary' }),
    ),
  );
}

/** @param {() => void} onChange */
async function setUp(onChange) {
  try {
    askForCode(await beginTotp(), onChange);
  } catch (error) {
    toastError(error, 'Not begun');
  }
}

/**
 * @param {Totp} totp
 * @param {() => void} onChange
 */
function askForCode({ secret, uri, qr }, onChange) {
  const code = field('code', 'Code of the app', { ...CODE, hint: 'Six digits; another one every 30 seconds.' });
  code.element.classList.add('short');
  const { element } = form(
    [code],
    'Turn on',
    async ({ code = '' }) => {
      const { recovery_codes } = await confirmTotp(code.replaceAll(' ', ''));
      showCodes(recovery_codes);
    },
    {
      fieldOf: { wrong_code: 'code' },
      messages: { wrong_code: 'This code is not valid, or not any more. Try the next one.' },
    },
  );
  const body = h(
    'div',
    { class: 'factor' },
    h('p', null, 'Scan this with an authenticator app, or type the secret. Then enter the code that the app shows.'),
    qrCode(qr, 'QR code of the secret; it is below as text, too'),
    secretBox('Secret', groupsOf(secret), {
      copied: secret,
      more: h('a', { class: 'button', href: uri }, 'Open in an app'),
    }),
    element,
  );
  let isOn = false;
  const { close } = openDialog('Set up the second factor', body, {
    stays: true,
    onClose: () => {
      if (isOn) void loadMe().then(onChange, onChange);
    },
  });

  /** @param {string[]} codes */
  function showCodes(codes) {
    isOn = true;
    const done = button('I have kept them', () => close(), { tone: 'primary' });
    const heading = h('h3', { tabindex: -1 }, 'Recovery codes');
    fill(
      body,
      heading,
      h(
        'p',
        null,
        'Each lets you in once, without the app. They are shown only now: keep them where you find them without your phone.',
      ),
      secretBox('Recovery codes', codes.join('\n'), { more: button('Print', () => print()) }),
      h('div', { class: 'form-actions' }, done),
    );
    heading.focus();
    toast('The second factor is on.');
  }
}

/** @param {() => void} onChange */
function askForRemoval(onChange) {
  const code = field('code', 'Code', { ...CODE, inputmode: 'text', hint: 'Of the app, or a recovery code.' });
  const { element } = form(
    [code],
    'Remove',
    async ({ code = '' }) => {
      await removeTotp(code.trim());
      close();
      toast('The second factor is removed.');
      void loadMe().then(onChange, onChange);
    },
    {
      fieldOf: { wrong_code: 'code' },
      messages: { wrong_code: 'This code is not valid, or not any more. Try the next one.' },
    },
  );
  const { close } = openDialog('Remove the second factor', [
    h('p', null, 'Then signing in takes the password alone, and the recovery codes no longer work.'),
    element,
  ]);
}

/**
 * A secret in groups of four, which are easier to type.
 *
 * @param {string} secret
 */
function groupsOf(secret) {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
