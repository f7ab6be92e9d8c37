// Tells screen readers what happened. There is one live region, which stands in the page from the beginning.

let timer = 0;

/**
 * Says it politely. What is said later replaces what was not yet said.
 *
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById('announcer');
  if (region === null) return;
  // The same text twice would be no change, so it is emptied first.
  region.textContent = '';
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    region.textContent = text;
  }, 100);
}
