// Whether the service can be reached: told by the calls that are made, and by the browser.

const changes = new EventTarget();
let isUp = navigator.onLine;

/** Whether the last call came through. */
export function isConnected() {
  return isUp;
}

/** @param {boolean} up */
export function reportConnection(up) {
  if (up === isUp) return;
  isUp = up;
  changes.dispatchEvent(new Event('change'));
}

/**
 * @param {(isUp: boolean) => void} listener
 * @param {AbortSignal} signal
 */
export function onConnection(listener, signal) {
  changes.addEventListener('change', () => listener(isUp), { signal });
}

window.addEventListener('offline', () => reportConnection(false));
