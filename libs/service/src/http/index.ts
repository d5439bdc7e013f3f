/** Input validation, problems (RFC 9457), pages and idempotency keys. */
export * from './idempotency-key.js';
export * from './page.js';
export * from './problem.js';
export * from './text.js';
export { violationsOf } from '@tradewind/messaging/internals';
