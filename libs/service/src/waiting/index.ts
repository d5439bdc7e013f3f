export * from './awaiting.js';
export * from './caught-up.js';
export * from './polling-awaiting.js';
export * from './within.js';
