import type { PartitionOffset, TopicType } from '@tradewind/messaging/internals';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows } from './locked-rows.js';

/** Where consumers started on foreign topics, and the types that they skipped. */
export class ConsumerStateRows {
  readonly #starts = new LockedRows<{ readonly consumer: string; readonly offsets: readonly PartitionOffset[] }>(
    'msg_first_offsets',
  );
  readonly #skipped = new LockedRows<TopicType & { readonly consumer: string }>('msg_skipped_types');

  async decideStart(
    transaction: DatabaseTransaction,
    consumer: string,
    topic: string,
    offsets: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    await transaction.insertIfNew(this.#starts, JSON.stringify([consumer, topic]), {
      consumer,
      offsets: offsets.toSorted((a, b) => a.partition - b.partition),
    });
    return this.#starts.read(JSON.stringify([consumer, topic]), transaction)?.offsets ?? [];
  }

  decidedStarts(consumer: string): readonly PartitionOffset[] {
    return [...this.#starts.all()].flatMap(([, row]) => (row.consumer === consumer ? row.offsets : []));
  }

  async recordSkippedType(transaction: DatabaseTransaction, consumer: string, skipped: TopicType): Promise<void> {
    const { topic, type } = skipped;
    await transaction.insertIfNew(this.#skipped, JSON.stringify([consumer, topic, type]), { consumer, topic, type });
  }

  skippedTypes(consumer: string): readonly TopicType[] {
    return [...this.#skipped.all()]
      .filter(([, row]) => row.consumer === consumer)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { topic, type }]) => ({ topic, type }));
  }

  async forgetSkippedTypes(
    transaction: DatabaseTransaction,
    consumer: string,
    types: readonly string[],
  ): Promise<void> {
    for (const { topic, type } of this.skippedTypes(consumer))
      if (types.includes(type))
        await transaction.update(this.#skipped, JSON.stringify([consumer, topic, type]), () => undefined);
  }
}
