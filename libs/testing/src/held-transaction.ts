import type { Store, Transaction } from '@tradewind/messaging';

/** What a work throws that wants nothing of its transaction to be kept. */
export class Rollback extends Error {}

export interface HeldTransaction {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** A transaction that has done its work and is still open. */
export async function holdTransaction(
  store: Store,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<HeldTransaction> {
  let [begun, end] = [(): void => undefined, (_commit: boolean): void => undefined];
  const ready = new Promise<void>((resolve) => (begun = resolve));
  const ended = new Promise<boolean>((resolve) => (end = resolve));
  const over = store.transaction(async (tx) => {
    await work(tx);
    await tx.disarm([]); // once this is answered, what was written before has been done
    begun();
    if (!(await ended)) throw new Rollback();
  });
  await Promise.race([ready, over]);
  const finish = async (commit: boolean): Promise<void> => {
    end(commit);
    await over.catch((error: unknown) => {
      if (!(error instanceof Rollback)) throw error;
    });
  };
  return { commit: () => finish(true), rollback: () => finish(false) };
}
