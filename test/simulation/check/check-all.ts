import { checkAcceptance } from './check-acceptance.js';
import { checkEffectsOnce, checkEvents } from './check-events.js';
import { checkMoney } from './check-money.js';
import { checkSagas } from './check-sagas.js';
import { checkStock } from './check-stock.js';
import type { Check, FinalState, Violation } from './final-state.js';

const checks: readonly Check[] = [checkMoney, checkStock, checkAcceptance, checkEvents, checkEffectsOnce, checkSagas];

/** Every promise of the shop that can be checked when nothing is pending. */
export const checkAll = (state: FinalState): Violation[] => checks.flatMap((check) => check(state));
