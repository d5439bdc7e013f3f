export * from './breaking-changes.js';
export * from './json-schema.js';
export * from './review.js';
export * from './schema-of.js';
