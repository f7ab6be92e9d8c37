// The panel in which a decision gets a reason and a note.

/** @import { Grounds } from './decide.js' */
/** @import { DecisionReason } from '../types' */

import { openPopover } from '../dialog.js';
import { h } from '../dom.js';
import { field } from '../form.js';
import { REASONS } from './actions.js';

const NOTE_CHARACTERS = 1000;

/**
 * Asks for a reason and a note, and rejects with them.
 *
 * @param {HTMLElement} anchor
 * @param {(grounds: Grounds) => void} onReject
 */
export function askReason(anchor, onReject) {
  const reasons = /** @type {[DecisionReason, string][]} */ (Object.entries(REASONS));
  const note = field('note', 'Note', { rows: 2, maxlength: NOTE_CHARACTERS, hint: 'Seen by staff only.' });
  const form = h(
    'form',
    {
      class: 'form',
      on: {
        submit: (event) => {
          event.preventDefault();
          const chosen = new FormData(form).get('reason');
          const reason = reasons.find(([value]) => value === chosen)?.[0];
          const text = note.input.value.trim();
          close();
          onReject({ ...(reason === undefined ? {} : { reason }), ...(text === '' ? {} : { note: text }) });
        },
      },
    },
    h(
      'fieldset',
      { class: 'choices' },
      h('legend', null, 'Reject because of'),
      [['', 'No reason'], ...reasons].map(([value, label], index) =>
        h(
          'label',
          { class: 'choice' },
          h('input', { type: 'radio', name: 'reason', value, checked: index === 0 }),
          label,
        ),
      ),
    ),
    note.element,
    h('div', { class: 'form-actions' }, h('button', { type: 'submit', class: 'button is-primary' }, 'Reject')),
  );
  const { close } = openPopover(anchor, 'Reject with a reason', form);
}
