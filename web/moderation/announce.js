// Tells screen readers what happened. There is one live region, which stands in the page from the beginning.

const TOGETHER_MILLISECONDS = 100;

let timer = 0;
/** @type {string[]} */
let sentences = [];

/**
 * Says it politely. What is said at the same time is said together, what is said later replaces it.
 *
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById('announcer');
  if (region === null) return;
  sentences.push(text);
  // The same text twice would be no change, so it is emptied first.
  region.textContent = '';
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    region.textContent = sentences.join(' ');
    sentences = [];
  }, TOGETHER_MILLISECONDS);
}
