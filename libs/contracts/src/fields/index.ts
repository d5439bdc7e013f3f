export * from './are-lines.js';
export * from './is-id.js';
export * from './is-money.js';
export * from './is-sealed.js';
export * from './lines.js';
