export * from './contract/index.js';
export * from './decide/index.js';
export * from './kafka/index.js';
export * from './messaging.options.js';
export * from './sagas/saga-binding.js';
export { said, type Said } from '@tradewind/saga';
