export * from './are-lines.js';
export * from './is-count.js';
export * from './is-id.js';
export * from './is-instant.js';
export * from './is-money.js';
export * from './is-sealed.js';
export * from './is-text.js';
export * from './lines.js';
