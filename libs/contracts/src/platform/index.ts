export * from './instance-seen.js';
export * from './instance-gone.js';
