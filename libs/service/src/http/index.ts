/** Input validation, problems (RFC 9457), pages and idempotency keys. */
export { BodyLimit, maxBodyLimit } from './body-limit.js';
export * from './client-address.js';
export * from './closed.js';
export * from './idempotency-key.js';
export * from './page.js';
export * from './places.js';
export * from './problem.js';
export { protectiveHeaders } from './protective-headers.js';
export * from './text.js';
export { violationsOf } from '@tradewind/messaging/internals';
