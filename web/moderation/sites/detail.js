// One site: its settings in groups, each changed at once.

/** @import { SiteSettings, Screen } from '../types' */

import { changeSite, findSiteSettings, removeSite } from '../calls.js';
import { refreshCounts } from '../counts.js';
import { confirmDialog } from '../dialog.js';
import { fill, h } from '../dom.js';
import { changesOf } from '../fields.js';
import { form } from '../form.js';
import { errorByLine } from '../lines.js';
import { finalActs, page } from '../page.js';
import { button } from '../parts.js';
import { go } from '../router.js';
import { may } from '../session.js';
import { loadInto } from '../states.js';
import { toast, toastError } from '../toast.js';
import { groupsOf } from './groups.js';

/** The site that is always there. */
const DEFAULT = 'default';

/** @type {Screen} */
export const siteScreen = ({ main, place, signal }) => {
  const slug = place.params.slug ?? '';
  const { heading, add } = page(main, slug, { back: { label: 'Sites', path: 'sites' } });
  const room = h('div', { class: 'stack' });
  add(room);
  void loadInto(room, signal, () => findSiteSettings(slug, signal), draw);

  /** @param {SiteSettings} site */
  function draw(site) {
    return [
      settings(site),
      may('administer') &&
        slug !== DEFAULT &&
        finalActs({
          title: 'Remove the site',
          text: 'Only a site that nobody wrote to can be removed. Its rules, bans and statistics go with it.',
          button: button('Remove', () => void remove(), { icon: 'delete', tone: 'danger' }),
        }),
    ];
  }

  /** @param {SiteSettings} site */
  function settings(site) {
    const groups = groupsOf(site);
    const fields = groups.flatMap((group) => group.fields);
    const [origins] = fields;
    const { element, submit } = form(fields, 'Save', async (values) => {
      const wanted = Object.assign({}, ...groups.map((group) => group.read(values)));
      const changes = changesOf(wanted, { ...site.policy, ...site });
      if (changes === null) return toast('Nothing has changed.');
      const now = await changeSite(slug, changes).catch((error) => {
        throw origins === undefined ? error : errorByLine(error, origins);
      });
      if (signal.aborted) return;
      fill(room, draw(now));
      heading.focus({ preventScroll: true });
      toast('Saved. It holds within 5 seconds.');
    });
    if (!may('configure')) {
      submit.remove();
      for (const { input } of fields) input.disabled = true;
    }
    element.prepend(
      ...groups.map(({ legend, fields: own }) =>
        h(
          'fieldset',
          { class: 'group' },
          h('legend', null, legend),
          own.map((each) => each.element),
        ),
      ),
    );
    return h('div', { class: 'panel' }, element);
  }

  async function remove() {
    if (
      !(await confirmDialog(
        'Remove the site?',
        ['The site ', h('strong', null, slug), ' is gone then, for good.'],
        'Remove',
      ))
    )
      return;
    try {
      await removeSite(slug);
      refreshCounts();
      toast('The site is removed.');
      go('sites');
    } catch (error) {
      toastError(error, 'Not removed');
    }
  }
};
