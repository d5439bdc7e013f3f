/** Prunes what was handled, published or ended longer ago than its owner wants to keep it. */
export { checkRetentionOptions, type RetentionOptions } from './retention-options.js';
export { RetentionWorker } from './retention-worker.js';
