// Leads from the part of the address behind the # to a screen.

/** @import { Place, Query, Route } from './types' */

/**
 * An address for links. Empty parameters are left out.
 *
 * @param {string} path such as `threads/ID`
 * @param {Query} [query]
 */
export function addressOf(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

/** @returns {Place} where the browser is */
export function here() {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { path, params: {}, query: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The parts of a path that a pattern names, or null if it doesn't fit.
 *
 * @param {string} pattern such as `threads/:id`
 * @param {string} path
 * @returns {Record<string, string> | null}
 */
export function match(pattern, path) {
  const names = pattern.split('/');
  const segments = path.split('/');
  if (names.length !== segments.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, name] of names.entries()) {
    const segment = segments[index] ?? '';
    if (name.startsWith(':')) params[name.slice(1)] = decoded(segment);
    else if (name !== segment) return null;
  }
  return params;
}

/** @type {() => void} */
let arrive = () => {};

/**
 * Goes to another place.
 *
 * @param {string} path
 * @param {Query} [query]
 * @param {{ replace?: boolean }} [options] with `replace` the place left behind is not one to come back to
 */
export function go(path, query = {}, { replace = false } = {}) {
  const address = addressOf(path, query);
  if (replace) history.replaceState(history.state, '', address);
  else history.pushState(null, '', address);
  arrive();
}

/**
 * Calls `show` for each place that is reached, beginning with this one.
 *
 * @param {readonly Route[]} routes
 * @param {(route: Route | null, place: Place) => void} show
 */
export function startRouter(routes, show) {
  let last = '';
  arrive = () => {
    if (location.hash === last) return;
    last = location.hash;
    const place = here();
    for (const route of routes) {
      const params = match(route.pattern, place.path);
      if (params !== null) return show(route, { ...place, params });
    }
    show(null, place);
  };
  window.onpopstate = arrive;
  arrive();
}

/** @param {string} segment */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
