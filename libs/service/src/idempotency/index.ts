/** What is stored of a request with an idempotency key. */
export * from './body-hash.js';
export * from './request-hashes.js';
