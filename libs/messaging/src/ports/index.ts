/** What the library needs of the outside, as interfaces and typed errors: broker, store, clock, timers, randomness. */
export * from './broker-permission.js';
export * from './column.js';
export * from './declared-table.js';
export * from './errors.js';
export * from './consumer-state.js';
export * from './kafka-client.js';
export * from './key.js';
export * from './previous-ends.js';
export * from './retention.js';
export * from './runtime-ports.js';
export * from './store.js';
export * from './takeover.js';
export * from './table.js';
export * from './waiting.js';
export * from './wake-signal.js';
export * from './description-store.js';
