// The bundle's entry: defines the elements, once for each page.

import { CommentsElement } from './comments.js';

if (!customElements.get('rejoinder-comments')) customElements.define('rejoinder-comments', CommentsElement);
