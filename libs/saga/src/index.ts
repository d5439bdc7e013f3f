export * from './advance.js';
export * from './declared-transitions.js';
export * from './duration.js';
export { stuckAfterAttempts } from './step-timeout.js';
export * from './rebuild-from-history.js';
export * from './outgoing-message.js';
export * from './saga.js';
export * from './state.js';
export * from './definition.js';
