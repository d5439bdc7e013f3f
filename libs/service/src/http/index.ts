/** Input validation, problems (RFC 9457), pages and idempotency keys. */
export * from './body-hash.js';
export * from './idempotency-key.js';
export * from './page.js';
export * from './problem.js';
export * from './request-hashes.js';
export * from './text.js';
export { violationsOf } from '@tradewind/messaging/internals';
