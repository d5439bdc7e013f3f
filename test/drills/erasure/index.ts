/** The drill of people who leave. */
export { erasure } from './erasure.js';
