import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import { Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import type { Shelf } from '../../../apps/product/src/domain/shelf.js';
import { Shelves } from '../../../apps/product/src/storage/product.tables.js';
import type { AnyTable, Change, Store, Transaction } from '@tradewind/messaging';
import { soundPayment } from './check-money.js';
import { soundShelf } from './check-stock.js';
import { replacing } from '../shop/replacing.js';
import type { Violation } from './facts.js';

/** What must hold of a row at every moment: nothing that breaks it may ever be saved. */
const promises = new Map<string, (row: object) => Violation[]>([
  [Shelves.name, (row) => soundShelf(row as Shelf)],
  [Payments.name, (row) => soundPayment(row as Payment)],
]);

/** The store, with an eye on every row that is written, whether its transaction commits or not. */
export function watched(store: Store, onViolation: (violation: Violation) => void): Store {
  const watching = (transaction: Transaction): Transaction => {
    const save = async (table: AnyTable, changes: readonly Change[], known: ReadonlySet<string>): Promise<void> => {
      const promise = promises.get(table.name);
      if (promise) for (const { row } of changes) if (row) promise(row).forEach(onViolation);
      await transaction.save(table, changes, known);
    };
    return replacing(transaction, { save });
  };
  return replacing(store, { transaction: (work) => store.transaction((transaction) => work(watching(transaction))) });
}
