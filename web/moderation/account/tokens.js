// API tokens: one's own, or those of somebody else.

/** @import { ApiToken, NewApiToken, Permission, Staff } from '../types' */

import { addToken, changeToken, listTokens, removeToken } from '../calls.js';
import { confirmDialog, openDialog } from '../dialog.js';
import { h } from '../dom.js';
import { boxes, numberIn } from '../fields.js';
import { FieldErrors, field, form } from '../form.js';
import { allSites, part } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, iconButton, timeElement, written } from '../parts.js';
import { secretBox } from '../secret.js';
import { currentMe } from '../session.js';
import { SCOPES } from '../staff/words.js';
import { emptyState } from '../states.js';
import { toast, toastError } from '../toast.js';

const NAME_CHARACTERS = 64;
const DAYS = 90;
const MAX_DAYS = 366;

/**
 * @param {AbortSignal} signal
 * @param {Staff | null} whose null for one's own
 */
export function tokenPart(signal, whose) {
  const list = pagedList(
    {
      label: 'API tokens',
      noun: ['token', 'tokens'],
      load: async (query, mine) => {
        const { tokens, next_cursor } = await listTokens({ ...query, staff: whose?.id }, mine);
        return { items: tokens, next_cursor };
      },
      id: ({ id }) => id,
      row: tokenRow,
      empty: () =>
        emptyState('No tokens', whose === null ? 'Programs that use the API need one.' : undefined, { icon: 'keys' }),
    },
    signal,
  );
  void list.reload();

  /** @param {ApiToken} token */
  function tokenRow(token) {
    const { name, scopes, site, expires_at, used_at } = token;
    const hasEnded = Date.parse(expires_at) < Date.now();
    const rename = button('Rename', () => askForName(token, list.put), { tone: 'quiet' });
    rename.setAttribute('aria-label', `Rename the token ${name}`);
    rename.dataset.focus = 'rename';
    return h(
      'li',
      { class: hasEnded ? 'entry is-off' : 'entry' },
      h(
        'div',
        { class: 'entry-main' },
        h('p', { class: 'entry-title' }, written(name), hasEnded && badge('Ended')),
        h(
          'p',
          { class: 'entry-below' },
          scopes.join(', '),
          site !== null && ` · ${site} only`,
          ' · ',
          hasEnded ? 'ended ' : 'ends ',
          timeElement(expires_at),
          ' · ',
          used_at === null ? 'never used' : ['used ', timeElement(used_at)],
        ),
      ),
      h(
        'div',
        { class: 'entry-aside' },
        rename,
        iconButton(`Remove the token ${name}`, 'delete', () => void remove(token)),
      ),
    );
  }

  /** @param {ApiToken} token */
  async function remove(token) {
    const text = ['What uses ', h('strong', null, written(token.name)), ' is refused then, at once.'];
    if (!(await confirmDialog('Remove the token?', text, 'Remove'))) return;
    try {
      await removeToken(token.id);
      list.remove(token);
      toast('The token is removed.');
    } catch (error) {
      toastError(error, 'Not removed');
    }
  }

  async function add() {
    try {
      const sites = await allSites(signal);
      if (!signal.aborted) askForToken(sites, list.put);
    } catch (error) {
      toastError(error);
    }
  }

  return part(
    'API tokens',
    {
      text: whose === null ? 'For programs that use the API in your name.' : undefined,
      actions: whose === null && button('Add a token', () => void add()),
    },
    list.element,
  );
}

/**
 * @param {string[]} sites
 * @param {(token: ApiToken) => void} onAdd
 */
function askForToken(sites, onAdd) {
  const mine = currentMe()?.permissions ?? [];
  const name = field('name', 'What it is for', { required: true, maxlength: NAME_CHARACTERS, autocomplete: 'off' });
  const options = /** @type {[Permission, string][]} */ (Object.entries(SCOPES)).filter(([scope]) =>
    mine.includes(scope),
  );
  const scopes = boxes('scopes', 'What it may do', options, ['read']);
  const site = field('site', 'Where', {
    options: [['', 'All my sites'], ...sites.map((slug) => /** @type {[string, string]} */ ([slug, slug]))],
  });
  const days = field('expires_in_days', 'Days until it ends', {
    value: String(DAYS),
    inputmode: 'numeric',
    required: true,
    autocomplete: 'off',
    hint: `At most ${MAX_DAYS}.`,
  });
  const { element } = form([name, scopes, site, days], 'Add', async (values) => {
    if (scopes.chosen().length === 0) throw new FieldErrors({ scopes: 'Choose at least one.' });
    const made = await addToken({
      name: values.name?.trim() ?? '',
      scopes: scopes.chosen(),
      expires_in_days: numberIn(values, 'expires_in_days', 1, MAX_DAYS) ?? DAYS,
      ...(values.site ? { site: values.site } : {}),
    });
    close();
    onAdd(made.token);
    showSecret(made);
  });
  const { close } = openDialog('Add a token', element);
}

/** @param {NewApiToken} made */
function showSecret({ token, secret }) {
  const { close } = openDialog(
    'Your new token',
    [
      h(
        'p',
        null,
        'This is the token for ',
        h('strong', null, written(token.name)),
        '. It is shown only now: keep it like a password.',
      ),
      secretBox('Token', secret),
      h(
        'div',
        { class: 'form-actions' },
        button('Done', () => close(), { tone: 'primary' }),
      ),
    ],
    { stays: true },
  );
}

/**
 * @param {ApiToken} token
 * @param {(token: ApiToken) => void} onChange
 */
function askForName(token, onChange) {
  const name = field('name', 'What it is for', {
    value: token.name,
    required: true,
    maxlength: NAME_CHARACTERS,
    autocomplete: 'off',
  });
  const { element } = form([name], 'Rename', async ({ name = '' }) => {
    onChange(await changeToken(token.id, name.trim()));
    close();
    toast('Renamed.');
  });
  const { close } = openDialog('Rename the token', element);
}
