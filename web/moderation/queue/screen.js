/** @import { Screen } from '../types' */
/** @type {Screen} */
export const queueScreen = () => {};
