import { checkAcceptance } from './check-acceptance.js';
import { checkEffectsOnce, checkEvents } from './check-events.js';
import { checkMoney } from './check-money.js';
import { checkSagas } from './check-sagas.js';
import { checkStock } from './check-stock.js';
import type { Check, Facts, Violation } from './facts.js';

const checks: readonly Check[] = [checkMoney, checkStock, checkAcceptance, checkEvents, checkEffectsOnce, checkSagas];

/** Every promise of the shop that can be seen broken at rest. */
export const checkAll = (facts: Facts): Violation[] => checks.flatMap((check) => check(facts));
