// The sites.

/** @import { SiteSettings, Screen } from '../types' */

import { addSite, listSites } from '../calls.js';
import { refreshCounts } from '../counts.js';
import { openDialog } from '../dialog.js';
import { field, form } from '../form.js';
import { plural } from '../format.js';
import { errorByLine } from '../lines.js';
import { entry, page } from '../page.js';
import { pagedList } from '../paged.js';
import { badge, button, timeElement } from '../parts.js';
import { addressOf, go } from '../router.js';
import { may } from '../session.js';
import { emptyState } from '../states.js';
import { toast } from '../toast.js';
import { originsField, readOrigins } from './origins.js';

/** @type {Screen} */
export const sitesScreen = ({ main, signal }) => {
  const list = pagedList(
    {
      label: 'Sites',
      noun: ['site', 'sites'],
      load: async (query, mine) => {
        const { sites, next_cursor } = await listSites(query, mine);
        return { items: sites, next_cursor };
      },
      id: ({ slug }) => slug,
      row: siteRow,
      empty: () => emptyState('No sites', 'You are bound to no site.', { icon: 'sites' }),
    },
    signal,
  );
  const { add } = page(main, 'Sites', {
    actions: may('administer') && button('Add a site', askForSite, { tone: 'primary' }),
  });
  add(list.element);
  void list.reload();

  // The sites are the same whichever one the rest of the page shows.
  return { update: () => {} };
};

function askForSite() {
  const slug = field('slug', 'Name', {
    required: true,
    maxlength: 64,
    autocapitalize: 'none',
    autocomplete: 'off',
    spellcheck: 'false',
    hint: 'Small letters, digits and hyphens. It is part of the addresses that pages call, and can’t be changed.',
  });
  const origins = originsField([]);
  const { element } = form(
    [slug, origins],
    'Add',
    async ({ slug = '' }) => {
      const site = await addSite({ slug: slug.trim(), origins: readOrigins(origins.input.value) }).catch((error) => {
        throw errorByLine(error, origins);
      });
      close();
      refreshCounts();
      toast(`The site ${site.slug} is added.`);
      go(`sites/${encodeURIComponent(site.slug)}`);
    },
    { fieldOf: { site_taken: 'slug' } },
  );
  const { close } = openDialog('Add a site', element);
}

/** @param {SiteSettings} site */
function siteRow({ slug, origins, policy, created_at }) {
  return entry(addressOf(`sites/${encodeURIComponent(slug)}`), slug, {
    badges: [
      origins.length === 0 && badge('No origins', 'danger'),
      policy.moderation === 'pre' && badge('Held', 'warning'),
    ],
    below:
      origins.length === 0
        ? 'No page can write yet.'
        : origins.slice(0, 3).join(', ') +
          (origins.length > 3 ? ` and ${plural(origins.length - 3, 'more', 'more')}` : ''),
    aside: ['since ', timeElement(created_at)],
  });
}
