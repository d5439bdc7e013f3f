import type { Store, Transaction } from '@tradewind/messaging/internals';

/** Thrown inside a transaction to roll it back. */
export class Rollback extends Error {}

export interface OpenTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Runs the work in a transaction and leaves the transaction open. */
export async function openTransaction(
  store: Store,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<OpenTransaction> {
  let [resolveReady, resolveEnd] = [(): void => undefined, (_commit: boolean): void => undefined];
  const ready = new Promise<void>((resolve) => (resolveReady = resolve));
  const ended = new Promise<boolean>((resolve) => (resolveEnd = resolve));
  const transaction = store.transaction(async (tx) => {
    await work(tx);
    await tx.takeTimeouts([]); // a read: once it returns, earlier writes have been applied
    resolveReady();
    if (!(await ended)) throw new Rollback();
  });
  await Promise.race([ready, transaction]);
  const finish = async (commit: boolean): Promise<void> => {
    resolveEnd(commit);
    await transaction.catch((error: unknown) => {
      if (!(error instanceof Rollback)) throw error;
    });
  };
  return { commit: () => finish(true), rollback: () => finish(false) };
}
