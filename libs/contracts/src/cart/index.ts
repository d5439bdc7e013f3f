export * from './cart-item-set.js';
export * from './cart-emptied.js';
export * from './cart-checked-out.js';
export * from './cart-items-returned.js';
