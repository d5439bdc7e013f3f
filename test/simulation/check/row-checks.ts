import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import type { StockLevel } from '../../../apps/product/src/domain/stock-level.js';
import { StockLevels } from '../../../apps/product/src/storage/product.tables.js';
import type { AnyTable, Change, Store, Transaction } from '@tradewind/messaging';
import { paymentViolations } from './check-money.js';
import { stockLevelViolations } from './check-stock.js';
import { overrideMethods } from '../shop/override-methods.js';
import type { Violation } from './final-state.js';

/** Invariants of single rows: no transaction may save a row that violates them. */
const rowChecks = new Map<string, (row: object) => Violation[]>([
  [StockLevels.name, (row) => stockLevelViolations(row as StockLevel)],
  [Payments.name, (row) => paymentViolations(row as Payment)],
]);

/** Checks every row that is written, whether its transaction commits or not. */
export function withRowChecks(store: Store, onViolation: (violation: Violation) => void): Store {
  const withChecks = (transaction: Transaction): Transaction => {
    const save = async (table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> => {
      const check = rowChecks.get(table.name);
      if (check) for (const { row } of changes) if (row) check(row).forEach(onViolation);
      await transaction.save(table, changes, known);
    };
    return overrideMethods(transaction, { save });
  };
  return overrideMethods(store, {
    transaction: (work) => store.transaction((transaction) => work(withChecks(transaction))),
  });
}
