// The bundle's entry: defines the elements, once for each page.

import { CommentsElement } from './comments.js';
import { LabelledCountElement } from './labelled-count.js';
import { RankingElement } from './ranking.js';

define('rejoinder-comments', CommentsElement);
define('rejoinder-count', LabelledCountElement);
define('rejoinder-ranking', RankingElement);

/**
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element);
}
