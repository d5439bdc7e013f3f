/** Waits for a row that another commit writes; checks whether a topic was read to its end. */
export * from './row-waiter.js';
export * from './topic-progress.js';
export * from './polling-row-waiter.js';
export { withTimeout } from '@tradewind/messaging/internals';
