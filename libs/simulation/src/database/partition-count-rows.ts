import type { Topic } from '@tradewind/messaging';
import type { PartitionCount } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** Partition counts of the topics that this database publishes to. */
export class PartitionCountRows {
  readonly #rows = new LockedRows<PartitionCount>('msg_topics');

  all(): PartitionCount[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }

  async ensure(transaction: DatabaseTransaction, declared: readonly Topic[]): Promise<PartitionCount[]> {
    for (const { name, partitions } of declared)
      await transaction.insertIfNew(this.#rows, name, {
        topic: name,
        partitions,
        previousEnds: [],
        increasingTo: null,
      });
    return declared.map(({ name }) => this.#rows.read(name, transaction)!);
  }

  /** Records an operator's request for more partitions. */
  async request(transaction: DatabaseTransaction, topic: string, partitions: number): Promise<void> {
    await transaction.update(this.#rows, topic, (row) => ({ ...row, increasingTo: partitions }));
  }

  async increase(
    transaction: DatabaseTransaction,
    { topic, partitions, previousEnds }: Omit<PartitionCount, 'growingTo'>,
  ): Promise<boolean> {
    const requested = await transaction.update(
      this.#rows,
      topic,
      () => ({ topic, partitions, previousEnds, increasingTo: null }),
      ({ increasingTo }) => increasingTo === partitions,
    );
    return requested !== undefined;
  }
}
