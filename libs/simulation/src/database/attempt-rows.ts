import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** How often a message was attempted, and how often a partition was started near the same offset. */
export class AttemptRows {
  readonly #attempts = new LockedRows<{ readonly attempts: number; readonly crashes: number }>('msg_attempts');
  readonly #starts = new LockedRows<{ readonly offset: bigint; readonly count: number }>('msg_consumer_starts');

  async countAttempt(transaction: DatabaseTransaction, consumer: string, id: string): Promise<number> {
    const { attempts } = await transaction.upsert(this.#attempts, `${consumer} ${id}`, (before) => ({
      attempts: (before?.attempts ?? 0) + 1,
      crashes: before?.crashes ?? 0,
    }));
    return attempts;
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

  crashes(consumer: string, ids: readonly string[]): ReadonlyMap<string, number> {
    const counts = ids.map((id) => [id, this.#attempts.read(`${consumer} ${id}`)?.crashes ?? 0] as const);
    return new Map(counts.filter(([, count]) => count > 0));
  }

  async countCrashes(transaction: DatabaseTransaction, consumer: string, ids: readonly string[]): Promise<void> {
    for (const id of new Set(ids))
      await transaction.upsert(this.#attempts, `${consumer} ${id}`, (before) => ({
        attempts: before?.attempts ?? 0,
        crashes: (before?.crashes ?? 0) + 1,
      }));
  }

  async clearCrashes(transaction: DatabaseTransaction, consumer: string, ids: readonly string[]): Promise<void> {
    for (const id of new Set(ids))
      await transaction.update(this.#attempts, `${consumer} ${id}`, (row) =>
        row.attempts > 0 ? { ...row, crashes: 0 } : undefined,
      );
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
