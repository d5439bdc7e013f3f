export * from './said.js';
