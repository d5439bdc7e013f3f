export * from './catalogue.js';
export * from './message.js';
export * from './read.js';
export * from './topic.js';
