/** @import { Screen } from '../types' */
/** @type {Screen} */
export const commentScreen = () => {};
