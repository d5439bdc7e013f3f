/** Effects without a result. */
export {
  describeState,
  durationText,
  pendingEffects,
  pendingEffectsOf,
  type PendingEffect,
} from './pending-effects.js';
