// What this browser remembers: colours, keys. Without storage it is remembered until the page is closed.

/** @type {Map<string, unknown>} */
const remembered = new Map();

/**
 * @template T
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function preference(name, otherwise) {
  if (remembered.has(name)) return /** @type {T} */ (remembered.get(name));
  try {
    const stored = localStorage.getItem(`rejoinder.${name}`);
    return stored === null ? otherwise : /** @type {T} */ (JSON.parse(stored));
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function prefer(name, value) {
  remembered.set(name, value);
  try {
    localStorage.setItem(`rejoinder.${name}`, JSON.stringify(value));
  } catch {
    // It is in `remembered`.
  }
}
