/** Effects without a result. */
export { pendingEffects, type PendingEffect } from './pending-effects.js';
