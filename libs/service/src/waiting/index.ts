export * from './awaiting.js';
export * from './caught-up.js';
export * from './polling-awaiting.js';
export { within } from '@tradewind/messaging';
