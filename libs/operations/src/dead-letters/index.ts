/** Dead letters of a service, and the records that the broker rejects: list, redrive, edit, discard. */
export type { BlockedKey, DeadLetter } from './dead-letter.js';
export { DeadLetters, type Selection } from './dead-letters.js';
export { groupDeadLetters, withoutValues, type DeadLetterGroup } from './groups.js';
export {
  outcomeText,
  recordRedrive,
  redriveInOrder,
  redriveOutcomes,
  type RedriveInOrder,
  type RedriveOutcome,
} from './redrive-in-order.js';
