import type { IncomingRecord, CommittedOffset, Subscription, SubscriptionOptions, TopicPartition } from '../../ports/kafka-client.js';
import { isOutdated } from './kafkajs-outdated.js';
import type { KafkajsConnection } from './kafkajs-connection.js';
import { KafkajsReader, recordsOf } from './kafkajs-reader.js';

const toKafkajs = ({ topic, partition, offset: next }: CommittedOffset): { topic: string; partition: number; offset: string } => ({
  topic,
  partition,
  offset: next.toString(),
});

/** The broker's own word, also where kafkajs has wrapped it after its last try. */
const typeOf = (error: unknown): string | undefined => {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return type ?? (cause === undefined || cause === error ? undefined : typeOf(cause));
};

/** A broker that is just going or coming knows no coordinator; kafkajs takes that for final where it asked once too often, and ends its consumer. */
export const hasNoCoordinator = (error: unknown): boolean => {
  const { name, cause } = error as Error;
  return (
    name === 'KafkaJSGroupCoordinatorNotFound' || (cause !== undefined && cause !== error && hasNoCoordinator(cause))
  );
};

/**
 * `eachBatch` only keeps records and returns, so fetching never waits for handling; what one fetch has brought of all partitions
 * is handed over together, so that it shares a transaction. Positions are committed by hand.
 */
export class KafkajsSubscription implements Subscription {
  #lastFetch = Date.now();
  #fetched: IncomingRecord[] = [];
  #handOver: NodeJS.Immediate | undefined;

  private constructor(
    private readonly reader: KafkajsReader,
    private readonly options: SubscriptionOptions,
  ) {}

  static async open(part: KafkajsConnection, options: SubscriptionOptions): Promise<Subscription> {
    const { onLost = options.onFatal } = options;
    const reader = new KafkajsReader(part, {
      ...options,
      onFatal: (error) => (hasNoCoordinator(error) ? onLost(error) : options.onFatal(error)),
    });
    const subscription = new KafkajsSubscription(reader, options);
    const { consumer } = reader;
    consumer.on(consumer.events.FETCH, () => (subscription.#lastFetch = Date.now()));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      subscription.#fetched = []; // it comes again, to whoever owns it now
      options.onAssigned(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      );
    });
    await reader.start(
      ({ batch, isStale, resolveOffset }) => {
        if (!isStale() && !isOutdated(batch)) {
          subscription.#keep(recordsOf(batch.topic, batch.partition, batch.messages));
          resolveOffset(batch.lastOffset()); // at once, so that it is resolved by the positions that it was fetched by
        }
        return Promise.resolve();
      },
      { resolves: true },
    );
    return subscription;
  }

  /** kafkajs goes through the partitions of a fetch without a pause: they are all here when the process has a moment. */
  #keep(records: readonly IncomingRecord[]): void {
    for (const record of records) this.#fetched.push(record);
    this.#handOver ??= setImmediate(() => {
      this.#handOver = undefined;
      const fetched = this.#fetched;
      this.#fetched = [];
      if (fetched.length > 0) this.options.onRecords(fetched);
    });
  }

  async commit(positions: readonly CommittedOffset[]): Promise<boolean> {
    try {
      await this.reader.consumer.commitOffsets(
        positions.map((position) => ({ ...toKafkajs(position), metadata: position.metadata ?? null })),
      );
      return true;
    } catch (error) {
      // kafkajs goes on telling a coordinator that has become none, for ever: only who joins anew asks where the present one is.
      if (typeOf(error) === 'NOT_COORDINATOR_FOR_GROUP') this.options.onLost?.();
      // Else not owned any longer, or the broker is away: the inbox makes the records that come again harmless.
      return false;
    }
  }

  seek(positions: readonly CommittedOffset[]): void {
    for (const position of positions) this.reader.consumer.seek(toKafkajs(position));
  }

  /** Between a crash and its own restart kafkajs takes no wish: what joins anew is not paused. */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#ifRunning(() => this.reader.consumer.pause(this.#meant(partitions)));
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#ifRunning(() => this.reader.consumer.resume(this.#meant(partitions)));
  }

  #meant(partitions: readonly TopicPartition[] | undefined): { topic: string; partitions?: number[] }[] {
    return (
      partitions?.map(({ topic, partition }) => ({ topic, partitions: [partition] })) ??
      this.options.topics.map((topic) => ({ topic }))
    );
  }

  #ifRunning(wish: () => void): void {
    try {
      wish();
    } catch (error) {
      if ((error as Error).name !== 'KafkaJSNonRetriableError') throw error;
    }
  }

  lastFetchAt(): number {
    return this.#lastFetch;
  }

  close(): Promise<void> {
    clearImmediate(this.#handOver);
    return this.reader.close();
  }
}
