export * from './breaks.js';
export * from './json-schema.js';
export * from './review.js';
export * from './schema-of.js';
