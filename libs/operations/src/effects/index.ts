/** Effects without a result. */
export { pendingEffects, pendingEffectsOf, type PendingEffect } from './pending-effects.js';
