import type { EntityManager } from 'typeorm';
import type { CallerTransaction } from '../../ports/store.js';
import { storeError } from './postgres-errors.js';
import { defaultLimits } from './postgres-limits.js';
import { PostgresTransaction, type TransactionConnection } from './postgres-transaction.js';

/** Runs the library's statements in a transaction that the caller has begun with TypeORM. */
export const inCallerTransaction: CallerTransaction = async (caller, work) => {
  const manager = caller as EntityManager;
  let last: Promise<unknown> = Promise.resolve();
  const query: TransactionConnection['query'] = <R extends object>(text: string, values: readonly unknown[] = []) => {
    const result = last.then(() => manager.query<R[]>(text, [...values]));
    last = result;
    return result;
  };
  const refuse = (): never => {
    throw new TypeError('a decision in the transaction of a caller runs no handler');
  };
  const connection: TransactionConnection = {
    query,
    enqueue: (text, values) => void query(text, values).catch(() => undefined), // `last` rejects with it.
    savepoint: refuse,
  };
  try {
    await work(new PostgresTransaction(connection, refuse, defaultLimits));
    await last;
  } catch (error) {
    throw storeError(error);
  }
};
