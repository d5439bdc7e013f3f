export * from './catalogue.js';
export { compile, type Read } from './compiled.js';
export * from './message.js';
export * from './read.js';
export * from './topic.js';
