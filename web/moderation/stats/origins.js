// The pages that were refused because of their origin, and letting them in.

/** @import { SiteSettings, Stats } from '../types' */

import { changeSite, findSiteSettings } from '../calls.js';
import { h } from '../dom.js';
import { plural } from '../format.js';
import { part } from '../page.js';
import { badge, button, timeElement } from '../parts.js';
import { may } from '../session.js';
import { offerUndo, toastError } from '../toast.js';

/**
 * @param {Stats} stats
 * @param {SiteSettings} settings
 */
export function originsPart({ site, blocked_origins }, settings) {
  const none = 'No page was refused in these days.';
  const text = 'Pages that wanted to write but are not of an origin of the site. Allow only those that are yours.';
  if (blocked_origins.length === 0) return part('Blocked origins', { text: none });
  return part(
    'Blocked origins',
    { text },
    h(
      'ul',
      { class: 'entries' },
      blocked_origins.map((blocked) => {
        const aside = h('div', { class: 'entry-aside' });
        /** @param {boolean} isAllowed */
        const draw = (isAllowed) => {
          const hadFocus = aside.contains(document.activeElement);
          const allow = button('Allow this origin', () => void allowOrigin(site, blocked.origin, draw));
          allow.setAttribute('aria-label', `Allow this origin: ${blocked.origin}`);
          aside.replaceChildren(
            ...(isAllowed ? [badge('Allowed now', 'good')] : canBeAllowed(blocked.origin) ? [allow] : []),
          );
          if (hadFocus) aside.querySelector('button')?.focus();
        };
        draw(settings.origins.includes(blocked.origin));
        return h(
          'li',
          { class: 'entry' },
          h(
            'div',
            { class: 'entry-main' },
            h('p', { class: 'entry-title' }, h('code', { class: 'pattern' }, blocked.origin)),
            h(
              'p',
              { class: 'entry-below' },
              plural(blocked.requests, 'request'),
              ', the last ',
              timeElement(blocked.last_at),
            ),
            h('p', { class: 'entry-below' }, blocked.remedy),
          ),
          aside,
        );
      }),
    ),
  );
}

/** @param {string} origin */
function canBeAllowed(origin) {
  return may('configure') && /^https?:\/\//.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin;
}

/**
 * @param {string} site
 * @param {string} origin
 * @param {(isAllowed: boolean) => void} onChange
 */
async function allowOrigin(site, origin, onChange) {
  try {
    const { origins } = await findSiteSettings(site);
    if (!origins.includes(origin)) await changeSite(site, { origins: [...origins, origin] });
    onChange(true);
    offerUndo(`Pages of ${origin} can write on ${site} now.`, async () => {
      const { origins: present } = await findSiteSettings(site);
      await changeSite(site, { origins: present.filter((each) => each !== origin) });
      onChange(false);
      return `Pages of ${origin} can’t write any more.`;
    });
  } catch (error) {
    toastError(error, 'Not allowed');
  }
}
