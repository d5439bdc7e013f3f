import type { Topic, TopicSize } from '@tradewind/messaging';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** How many partitions of each topic are in force. */
export class SizeRows {
  readonly #rows = new LockedRows<TopicSize>('msg_topics');

  all(): TopicSize[] {
    return [...this.#rows.all()].map(([, row]) => ({ ...row }));
  }

  async asDeclared(transaction: DatabaseTransaction, declared: readonly Topic[]): Promise<TopicSize[]> {
    for (const { name, partitions } of declared)
      await transaction.insertIfNew(this.#rows, name, { topic: name, partitions, after: [], growingTo: null });
    return declared.map(({ name }) => this.#rows.read(name, transaction)!);
  }

  /** What an operator writes down before a topic is given partitions. */
  async wish(transaction: DatabaseTransaction, topic: string, partitions: number): Promise<void> {
    await transaction.update(this.#rows, topic, (row) => ({ ...row, growingTo: partitions }));
  }

  async grow(
    transaction: DatabaseTransaction,
    { topic, partitions, after }: Omit<TopicSize, 'growingTo'>,
  ): Promise<boolean> {
    const wished = await transaction.update(
      this.#rows,
      topic,
      () => ({ topic, partitions, after, growingTo: null }),
      ({ growingTo }) => growingTo === partitions,
    );
    return wished !== undefined;
  }
}
