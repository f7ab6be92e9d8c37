// What stands around every screen: navigation, site, counts, colours, keys.

/** @import { Place } from './types' */

import { announce } from './announce.js';
import { isConnected, onConnection } from './connection.js';
import { countsOf, onCounts, sites, watchCounts } from './counts.js';
import { fill, h, isNarrow } from './dom.js';
import { compact } from './format.js';
import { icon } from './icons.js';
import { bindKeys, keysAreOn, onKeysTurned, showKeysHelp, turnKeys } from './keys.js';
import { iconButton, keyCaps, written } from './parts.js';
import { addressOf, go, here } from './router.js';
import { HOME, sections } from './screens.js';
import { currentMe, may } from './session.js';
import { tokenAdvice } from './sign-in.js';
import { nextTheme, onThemeChosen, theme } from './theme.js';
import { undoLast } from './toast.js';

/**
 * Builds the frame, until the signal is aborted.
 *
 * @param {HTMLElement} room
 * @param {AbortSignal} signal
 * @param {{ used: 'password' | 'token' | null, leave: () => void }} options `used`: what was just signed in with
 * @returns {{ main: HTMLElement, mark: (place: Place, section: string | null) => void }}
 */
export function buildShell(room, signal, { used, leave }) {
  const main = h('main', { id: 'main', class: 'main', tabindex: -1 });
  const navigation = h('ul', { class: 'nav-list' });
  const picker = h('div', { class: 'site-picker' });
  const banners = h('div', { class: 'banners' });
  const menu = iconButton('Menu', 'menu', () => openMenu(!frame.classList.contains('has-menu')));
  menu.setAttribute('aria-expanded', 'false');
  menu.classList.add('menu-button');
  const frame = h(
    'div',
    { class: 'frame' },
    h(
      'a',
      {
        class: 'skip-link',
        href: '#main',
        on: {
          click: (event) => {
            event.preventDefault();
            main.focus();
          },
        },
      },
      'Skip to the content',
    ),
    h(
      'header',
      { class: 'sidebar' },
      h(
        'div',
        { class: 'sidebar-head' },
        menu,
        h(
          'a',
          { class: 'brand', href: addressOf(HOME) },
          h('img', { src: 'icon.svg', alt: '', width: 24, height: 24 }),
          'Rejoinder',
        ),
        picker,
      ),
      h('div', { class: 'sidebar-menu' }, h('nav', { 'aria-label': 'Main' }, navigation), tools(signal, leave)),
    ),
    h('div', { class: 'content' }, banners, main),
  );
  fill(room, frame);

  /** @type {string | null} */
  let open = null;
  const draw = () => {
    drawNavigation(navigation, open);
    drawPicker(picker);
  };
  onCounts(draw, signal);
  watchCounts(signal);
  showBanners(banners, signal, used);
  bindKeys(
    'Everywhere',
    [
      { key: 'u', label: 'Undo what was done last', run: undoLast },
      { key: '?', label: 'Show these shortcuts', run: showKeysHelp },
    ],
    signal,
  );
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape' && frame.classList.contains('has-menu')) openMenu(false, true);
    },
    { signal },
  );

  /** @param {boolean} isOpen @param {boolean} [takesFocus] */
  function openMenu(isOpen, takesFocus = false) {
    frame.classList.toggle('has-menu', isOpen);
    menu.setAttribute('aria-expanded', String(isOpen));
    if (takesFocus) menu.focus();
  }

  return {
    main,
    mark: (_place, section) => {
      open = section;
      openMenu(false);
      draw();
    },
  };
}

/**
 * @param {HTMLElement} list
 * @param {string | null} open
 */
function drawNavigation(list, open) {
  const { site } = here().query;
  const waiting = countsOf(site)?.pending ?? 0;
  const focused = list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-name') : null;
  fill(
    list,
    sections()
      .filter(({ needs }) => may(needs))
      .map(({ name, label, icon: picture, path }) =>
        h(
          'li',
          null,
          h(
            'a',
            {
              class: 'nav-link',
              href: addressOf(path, { site }),
              dataset: { name },
              'aria-current': name === open && 'page',
            },
            icon(picture),
            h('span', null, label),
            name === 'queue' &&
              waiting > 0 &&
              h('span', { class: 'count' }, compact(waiting), h('span', { class: 'visually-hidden' }, ' waiting')),
          ),
        ),
      ),
  );
  const again = focused === null ? null : list.querySelector(`[data-name="${focused}"]`);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** @param {HTMLElement} room */
function drawPicker(room) {
  const all = sites();
  const chosen = here().query.site ?? '';
  const select = room.querySelector('select');
  const key = all.join(' ');
  if (select !== null && room.dataset.sites === key) {
    select.value = chosen;
    return;
  }
  room.dataset.sites = key;
  if (all.length < 2) return fill(room, all[0] !== undefined && h('span', { class: 'site-name' }, all[0]));
  const choice = h(
    'select',
    { class: 'input', 'aria-label': 'Site', on: { change: () => pickSite(choice.value) } },
    h('option', { value: '' }, 'All sites'),
    all.map((site) => h('option', { value: site }, site)),
  );
  choice.value = chosen;
  fill(room, choice, icon('down'));
}

/** @param {string} site */
function pickSite(site) {
  const { path, query } = here();
  // What belongs to one site has no meaning on another.
  const { thread: _thread, author: _author, network: _network, open: _open, ...kept } = query;
  go(path, { ...kept, site });
  announce(site === '' ? 'Showing all sites.' : `Showing ${site}.`);
}

/**
 * @param {AbortSignal} signal
 * @param {() => void} leave
 */
function tools(signal, leave) {
  const name = currentMe()?.staff.name ?? '';
  const colours = h('button', {
    type: 'button',
    class: 'tool',
    on: { click: () => void nextTheme() },
  });
  const keys = h('button', { type: 'button', class: 'tool', on: { click: () => turnKeys(!keysAreOn()) } });
  const help = h(
    'button',
    { type: 'button', class: 'tool only-with-keys', on: { click: showKeysHelp } },
    h('span', { class: 'tool-key', 'aria-hidden': 'true' }, keyCaps('?')),
    'All shortcuts',
  );
  const draw = () => {
    const now = theme();
    fill(
      colours,
      icon(now === 'dark' ? 'moon' : now === 'light' ? 'sun' : 'system'),
      `Colours: ${now === 'system' ? 'as the system' : now}`,
    );
    fill(keys, icon('keys'), `Shortcuts: ${keysAreOn() ? 'on' : 'off'}`);
  };
  draw();
  onKeysTurned(draw, signal);
  onThemeChosen(draw, signal);
  return h(
    'div',
    { class: 'tools' },
    help,
    keys,
    colours,
    h('div', { class: 'signed-in' }, h('p', null, written(name)), iconButton('Sign out', 'exit', leave)),
  );
}

/**
 * @param {HTMLElement} room
 * @param {AbortSignal} signal
 * @param {'password' | 'token' | null} used
 */
function showBanners(room, signal, used) {
  const offline = h('div', { class: 'banner is-warning', role: 'alert' });
  const drawConnection = (/** @type {boolean} */ isUp) =>
    fill(
      offline,
      !isUp && [
        icon('spam'),
        h('p', null, 'The service can’t be reached. What you see may be old, and decisions can’t be sent.'),
      ],
    );
  drawConnection(isConnected());
  onConnection(drawConnection, signal);
  room.append(offline);
  const needsPassword = currentMe()?.staff.has_password === false;
  if (used === 'token' && needsPassword) {
    const advice = tokenAdvice(() => {
      advice.remove();
      if (!isNarrow()) document.getElementById('main')?.focus();
    });
    room.append(advice);
  }
}
