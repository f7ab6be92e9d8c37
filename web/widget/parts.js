// Loads the parts of the widget that not everybody needs. Each is asked for by its content, as the build knew it: after an
// update of the service the older part isn't there any more, and a newer one never meets an older rest.

import { Refusal } from './api.js';

/**
 * @typedef {object} Parts
 * @property {typeof import('./further.js')} further
 * @property {typeof import('./preview.js')} preview
 * @property {typeof import('./ranked.js')} ranked
 * @property {typeof import('./writing.js')} writing
 */

/** @type {Map<string, Promise<any>>} */
const loaded = new Map();
let failures = 0;

/**
 * @template {keyof Parts} K
 * @param {K} name
 * @returns {Promise<Parts[K]>}
 */
export function load(name) {
  const loading = loaded.get(name) ?? get(name);
  loaded.set(name, loading);
  loading.catch(() => loaded.delete(name));
  return loading;
}

/** @param {keyof Parts} name */
async function get(name) {
  const address = `./${name}.js?v=${PARTS[name]}`;
  try {
    // Browsers may remember of a whole address that it couldn't be had.
    return await import(failures > 0 ? `${address}#${failures}` : address);
  } catch (error) {
    failures += 1;
    const answer = await fetch(new URL(address, import.meta.url)).catch(() => null);
    throw new Refusal({ code: answer?.status === 404 ? 'outdated' : 'unreachable', detail: `${error}` });
  }
}
