export * from './product-added.js';
export * from './product-renamed.js';
export * from './product-repriced.js';
export * from './stock-adjusted.js';
