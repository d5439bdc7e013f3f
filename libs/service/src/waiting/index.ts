export * from './awaiting.js';
