export * from './eventually.js';
export * from './kafka-conformance.js';
export * from './line.js';
export * from './store-conformance.js';
export * from './world-conformance.js';
