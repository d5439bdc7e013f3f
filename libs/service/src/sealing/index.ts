/** Personal data, encrypted with a key per person. */
export * from './forgotten.js';
export * from './data-keys.table.js';
export * from './destroy-key.js';
export * from './seal.js';
export * from './sealer.js';
