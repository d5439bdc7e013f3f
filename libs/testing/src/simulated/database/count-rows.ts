import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** How often a message was tried, and a partition begun at much the same offset. */
export class CountRows {
  readonly #tries = new LockedRows<{ readonly times: number }>('msg_tries');
  readonly #starts = new LockedRows<{ readonly offset: bigint; readonly times: number }>('msg_starts');

  async try(transaction: DatabaseTransaction, consumer: string, id: string): Promise<number> {
    return (
      await transaction.upsert(this.#tries, `${consumer} ${id}`, (before) => ({ times: (before?.times ?? 0) + 1 }))
    ).times;
  }

  async start(
    transaction: DatabaseTransaction,
    consumer: string,
    topic: string,
    partition: number,
    offset: bigint,
    reach: number,
  ): Promise<number> {
    const next = (before: { offset: bigint; times: number } | undefined): { offset: bigint; times: number } =>
      before && offset >= before.offset && offset <= before.offset + BigInt(reach)
        ? { ...before, times: before.times + 1 }
        : { offset, times: 1 };
    return (await transaction.upsert(this.#starts, JSON.stringify([consumer, topic, partition]), next)).times;
  }

  async forgetTries(transaction: DatabaseTransaction, consumer: string, id: string): Promise<void> {
    await transaction.update(this.#tries, `${consumer} ${id}`, () => undefined);
  }

  async forgetStarts(
    transaction: DatabaseTransaction,
    consumer: string,
    places: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    for (const { topic, partition } of places)
      await transaction.update(this.#starts, JSON.stringify([consumer, topic, partition]), (row) => ({
        ...row,
        times: 0,
      }));
  }
}
