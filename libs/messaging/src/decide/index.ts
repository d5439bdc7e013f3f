export * from './command.js';
export * from './decision.js';
export * from './effect.js';
export * from './errors.js';
export * from './handles.js';
export * from './load.js';
export * from './table.js';
