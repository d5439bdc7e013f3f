export * from './product-added.js';
export * from './product-renamed.js';
export * from './product-repriced.js';
export * from './product-sku-changed.js';
export * from './product-archived.js';
export * from './product-restored.js';
export * from './stock-adjusted.js';
