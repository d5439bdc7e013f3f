import { serviceParts } from '../../services/index.js';
import { checkEffectsOnce, checkEvents } from '../check/check-events.js';
import type { Check, FinalState, Violation } from '../check/final-state.js';
import { simulatedServices } from '../scenario/simulated-services.js';

/** Those of messaging, which are the same for every service, and those that the services declare. */
const checks: readonly Check[] = [
  ...simulatedServices.flatMap((name) => serviceParts[name].simulation?.checks ?? []),
  checkEvents,
  checkEffectsOnce,
];

/** Every promise of the shop that can be checked when nothing is pending. */
export const checkAll = (state: FinalState): Violation[] => checks.flatMap((check) => check(state));
