export * from './order-placed.js';
export * from './order-address-changed.js';
export * from './order-confirmed.js';
export * from './order-rejected.js';
export * from './order-cancellation-requested.js';
export * from './order-cancelled.js';
export * from './order-goodwill-recorded.js';
