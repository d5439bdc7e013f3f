import type { Consumer, Kafka } from 'kafkajs';
import type { Subscription, SubscriptionOptions, TopicPartition } from './kafka-client.js';
import { connectReader, readerSettings, recordsOf } from './kafkajs-reader.js';

type Position = TopicPartition & { readonly next: bigint };

const toKafkajs = ({ topic, partition, next }: Position): { topic: string; partition: number; offset: string } => ({ topic, partition, offset: next.toString() });

/** `eachBatch` only hands records over and returns, so fetching never waits for handling; positions are committed by hand. */
export class KafkajsSubscription implements Subscription {
  #lastFetch = Date.now();
  #closed = false;

  private constructor(
    private readonly consumer: Consumer,
    private readonly options: SubscriptionOptions,
  ) {}

  static async open(kafka: Kafka, options: SubscriptionOptions): Promise<Subscription> {
    const consumer = kafka.consumer({ groupId: options.group, ...readerSettings });
    const subscription = new KafkajsSubscription(consumer, options);
    consumer.on(consumer.events.FETCH, () => (subscription.#lastFetch = Date.now()));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) =>
      options.onAssigned(Object.entries(memberAssignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })))),
    );
    await connectReader(consumer, options.topics, options.onDead);
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch, isStale }) => {
        if (!isStale()) options.onRecords(recordsOf(batch.topic, batch.partition, batch.messages));
        return Promise.resolve();
      },
    });
    return subscription;
  }

  async commit(positions: readonly Position[]): Promise<boolean> {
    try {
      await this.consumer.commitOffsets(positions.map(toKafkajs));
      return true;
    } catch {
      // Not owned any longer, or the broker is away: the inbox makes the records that come again harmless.
      return false;
    }
  }

  seek(positions: readonly Position[]): void {
    for (const position of positions) this.consumer.seek(toKafkajs(position));
  }

  pause(): void {
    this.consumer.pause(this.options.topics.map((topic) => ({ topic })));
  }

  resume(): void {
    this.consumer.resume(this.options.topics.map((topic) => ({ topic })));
  }

  lastFetchAt(): number {
    return this.#lastFetch;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.consumer.disconnect();
  }
}
