// The entry of the small bundle: numbers alone, for pages that only list articles.

import { CountElement } from './counts.js';

if (!customElements.get('rejoinder-count')) customElements.define('rejoinder-count', CountElement);
