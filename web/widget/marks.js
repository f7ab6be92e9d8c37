// The keys that writers know from elsewhere, where a site takes Markdown: strong, emphasis, a link.

/** @type {Map<string, [string, string]>} what stands before and after */
const MARKS = new Map([['b', ['**', '**']], ['i', ['*', '*']], ['k', ['[', '](https://)']]]);

/**
 * Puts marks around what is selected, as if they had been typed, so that they can be undone.
 *
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement | HTMLTextAreaElement} input
 */
export function mark(event, input) {
  const marks = MARKS.get(event.key);
  if (!marks || !(event.ctrlKey || event.metaKey) || event.altKey || input.readOnly) return;
  event.preventDefault();
  const start = input.selectionStart ?? 0;
  const text = input.value.slice(start, input.selectionEnd ?? start);
  document.execCommand('insertText', false, marks.join(text));
  input.setSelectionRange(start + marks[0].length, start + marks[0].length + text.length);
}
