import type {
  IncomingRecord,
  CommittedOffset,
  PartitionOffset,
  Subscription,
  SubscriptionOptions,
  TopicPartition,
} from '../../ports/kafka-client.js';
import { deletedRecordsOf, endsAtDeletedRecords } from './kafkajs-deleted-records.js';
import { isOutdated } from './kafkajs-outdated.js';
import type { KafkajsConnection } from './kafkajs-connection.js';
import { KafkajsReader, recordsOf } from './kafkajs-reader.js';

const toKafkajs = ({
  topic,
  partition,
  offset,
}: PartitionOffset): { topic: string; partition: number; offset: string } => ({
  topic,
  partition,
  offset: offset.toString(),
});

/** The broker's error type, also when kafkajs wrapped the error after its last retry. */
const typeOf = (error: unknown): string | undefined => {
  const { type, cause } = error as { type?: string; cause?: unknown };
  return type ?? (cause === undefined || cause === error ? undefined : typeOf(cause));
};

/** A broker that stops or starts knows no coordinator. After its retries kafkajs treats that as final and ends the consumer. */
export const hasNoCoordinator = (error: unknown): boolean => {
  const { name, cause } = error as Error;
  return (
    name === 'KafkaJSGroupCoordinatorNotFound' || (cause !== undefined && cause !== error && hasNoCoordinator(cause))
  );
};

/**
 * `eachBatch` only buffers records and returns, so fetching never waits for handling. The records of one fetch, of all partitions, are
 * delivered together, so that they share a transaction. Offsets are committed by `commit`.
 */
export class KafkajsSubscription implements Subscription {
  #lastFetch = Date.now();
  #fetched: IncomingRecord[] = [];
  #delivery: NodeJS.Immediate | undefined;

  private constructor(
    private readonly reader: KafkajsReader,
    private readonly options: SubscriptionOptions,
  ) {}

  static async open(connection: KafkajsConnection, options: SubscriptionOptions): Promise<Subscription> {
    const { onLost = options.onFatal } = options;
    const reader = new KafkajsReader(connection, {
      ...options,
      assigner: endsAtDeletedRecords,
      onFatal: (error) => (hasNoCoordinator(error) ? onLost(error) : options.onFatal(deletedRecordsOf(error) ?? error)),
    });
    const subscription = new KafkajsSubscription(reader, options);
    const { consumer } = reader;
    consumer.on(consumer.events.FETCH, () => (subscription.#lastFetch = Date.now()));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      subscription.#fetched = []; // They arrive again at the instance to which their partition is assigned now.
      options.onAssigned(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      );
    });
    await reader.start(
      ({ batch, isStale, resolveOffset }) => {
        if (!isStale() && !isOutdated(batch)) {
          subscription.#buffer(recordsOf(batch.topic, batch.partition, batch.messages));
          resolveOffset(batch.lastOffset()); // At once, with the offset manager with which the batch was fetched.
        }
        return Promise.resolve();
      },
      { resolves: true },
    );
    return subscription;
  }

  /** kafkajs iterates over the partitions of a fetch without a pause, so all of them are here at the next turn of the event loop. */
  #buffer(records: readonly IncomingRecord[]): void {
    for (const record of records) this.#fetched.push(record);
    this.#delivery ??= setImmediate(() => {
      this.#delivery = undefined;
      const fetched = this.#fetched;
      this.#fetched = [];
      if (fetched.length > 0) this.options.onRecords(fetched);
    });
  }

  async commit(offsets: readonly CommittedOffset[]): Promise<boolean> {
    try {
      await this.reader.consumer.commitOffsets(
        offsets.map((offset) => ({ ...toKafkajs(offset), metadata: offset.metadata ?? null })),
      );
      return true;
    } catch (error) {
      // kafkajs keeps asking the old coordinator forever; only a new join finds the present one.
      if (typeOf(error) === 'NOT_COORDINATOR_FOR_GROUP') this.options.onLost?.();
      // Otherwise the partition is not assigned any longer, or the broker is unavailable. Records that arrive again are in the inbox.
      return false;
    }
  }

  seek(offsets: readonly PartitionOffset[]): void {
    for (const offset of offsets) this.reader.consumer.seek(toKafkajs(offset));
  }

  /** Between a crash and its restart kafkajs accepts neither pause nor resume. A restarted consumer is not paused. */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#ifRunning(() => this.reader.consumer.pause(this.#toKafkajs(partitions)));
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#ifRunning(() => this.reader.consumer.resume(this.#toKafkajs(partitions)));
  }

  #toKafkajs(partitions: readonly TopicPartition[] | undefined): { topic: string; partitions?: number[] }[] {
    return (
      partitions?.map(({ topic, partition }) => ({ topic, partitions: [partition] })) ??
      this.options.topics.map((topic) => ({ topic }))
    );
  }

  #ifRunning(change: () => void): void {
    try {
      change();
    } catch (error) {
      if ((error as Error).name !== 'KafkaJSNonRetriableError') throw error;
    }
  }

  lastFetchAt(): number {
    return this.#lastFetch;
  }

  close(): Promise<void> {
    clearImmediate(this.#delivery);
    return this.reader.close();
  }
}
