import type { AnyTable, Change, Store, Transaction } from '@tradewind/messaging/internals';
import { serviceParts } from '../../services/index.js';
import type { Violation } from '../check/final-state.js';
import { simulatedServices } from '../scenario/simulated-services.js';
import { overrideMethods } from '../shop/override-methods.js';

const checkOf = new Map(
  simulatedServices
    .flatMap((name) => serviceParts[name].simulation?.rowChecks ?? [])
    .map(({ table, check }) => [table, check]),
);

/** Checks every row that is written, whether its transaction commits or not. */
export function withRowChecks(store: Store, onViolation: (violation: Violation) => void): Store {
  const withChecks = (transaction: Transaction): Transaction => {
    const save = async (table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> => {
      const check = checkOf.get(table);
      if (check) for (const { row } of changes) if (row) check(row).forEach(onViolation);
      await transaction.save(table, changes, known);
    };
    return overrideMethods(transaction, { save });
  };
  return overrideMethods(store, {
    transaction: (work) => store.transaction((transaction) => work(withChecks(transaction))),
  });
}
