import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** How often a message was attempted, and how often a partition was started near the same offset. */
export class AttemptRows {
  readonly #attempts = new LockedRows<{ readonly count: number }>('msg_attempts');
  readonly #starts = new LockedRows<{ readonly offset: bigint; readonly count: number }>('msg_consumer_starts');

  async countAttempt(transaction: DatabaseTransaction, consumer: string, id: string): Promise<number> {
    return (
      await transaction.upsert(this.#attempts, `${consumer} ${id}`, (before) => ({ count: (before?.count ?? 0) + 1 }))
    ).count;
  }

  async countStart(
    transaction: DatabaseTransaction,
    consumer: string,
    topic: string,
    partition: number,
    offset: bigint,
    maxDistance: number,
  ): Promise<number> {
    const counted = (before: { offset: bigint; count: number } | undefined): { offset: bigint; count: number } =>
      before && offset >= before.offset && offset <= before.offset + BigInt(maxDistance)
        ? { ...before, count: before.count + 1 }
        : { offset, count: 1 };
    return (await transaction.upsert(this.#starts, JSON.stringify([consumer, topic, partition]), counted)).count;
  }

  async clearAttempts(transaction: DatabaseTransaction, consumer: string, id: string): Promise<void> {
    await transaction.update(this.#attempts, `${consumer} ${id}`, () => undefined);
  }

  async clearStarts(
    transaction: DatabaseTransaction,
    consumer: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    for (const { topic, partition } of partitions)
      await transaction.update(this.#starts, JSON.stringify([consumer, topic, partition]), (row) => ({
        ...row,
        count: 0,
      }));
  }
}
