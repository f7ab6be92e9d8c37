// One's own password.

/** @import { Staff } from '../types' */

import { changePassword } from '../calls.js';
import { h } from '../dom.js';
import { FieldErrors, field, form } from '../form.js';
import { part } from '../page.js';
import { loadMe } from '../session.js';
import { toast } from '../toast.js';

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 128;

/**
 * @param {Staff} me
 * @param {() => void} onChange
 */
export function passwordPart({ name, has_password }, onChange) {
  const user = h('input', {
    type: 'text',
    name: 'username',
    value: name,
    autocomplete: 'username',
    hidden: true,
    readonly: true,
  });
  const current = field('current_password', 'Current password', {
    type: 'password',
    required: true,
    autocomplete: 'current-password',
  });
  const fresh = field('new_password', 'New password', {
    type: 'password',
    required: true,
    autocomplete: 'new-password',
    hint: `At least ${MIN_CHARACTERS} characters. Several words make a good one.`,
  });
  const again = field('again', 'New password, again', {
    type: 'password',
    required: true,
    autocomplete: 'new-password',
  });
  const fields = [...(has_password ? [current] : []), fresh, again];
  const { element } = form(
    fields,
    has_password ? 'Change' : 'Set',
    async ({ current_password, new_password = '', again }) => {
      const length = Array.from(new_password).length;
      if (length < MIN_CHARACTERS || length > MAX_CHARACTERS) {
        throw new FieldErrors({
          new_password: `From ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters; this has ${length}.`,
        });
      }
      if (again !== new_password) throw new FieldErrors({ again: 'This is not the same.' });
      await changePassword({ new_password, ...(has_password ? { current_password } : {}) });
      for (const { input } of fields) input.value = '';
      toast(has_password ? 'The password is changed. All your other sessions have ended.' : 'The password is set.');
      void loadMe().then(onChange, onChange);
    },
    { fieldOf: { wrong_password: 'current_password' }, messages: { wrong_password: 'This is not your password.' } },
  );
  element.prepend(user);
  return part(
    'Password',
    {
      text: has_password
        ? 'With a new one, all your other sessions end.'
        : 'You have none yet. With one you can sign in without a token.',
    },
    h('div', { class: 'panel' }, element),
  );
}
