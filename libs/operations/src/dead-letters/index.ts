/** Dead letters of a service, and the records that the broker rejects: list, redrive, edit, discard. */
export type { BlockedKey, DeadLetter } from './dead-letter.js';
export { DeadLetters, type Selection } from './dead-letters.js';
