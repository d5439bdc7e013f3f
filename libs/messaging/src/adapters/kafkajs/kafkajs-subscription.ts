import type {
  IncomingRecord,
  CommittedOffset,
  OffsetRange,
  PartitionOffset,
  Subscription,
  SubscriptionOptions,
  TopicPartition,
} from '../../ports/kafka-client.js';
import { UnreadableRecords } from '../../ports/errors.js';
import { systemTimers } from '../system/system.js';
import { deletedRecordsOf, endsAtDeletedRecords } from './kafkajs-deleted-records.js';
import { isOutdated } from './kafkajs-outdated.js';
import type { KafkajsConnection } from './kafkajs-connection.js';
import { fetchedOf, type Fetched } from './kafkajs-fetch-response.js';
import { KafkajsReader } from './kafkajs-reader.js';

const toKafkajs = ({
  topic,
  partition,
  offset,
}: PartitionOffset): { topic: string; partition: number; offset: string } => ({
  topic,
  partition,
  offset: offset.toString(),
});

/** Records that cannot be read are fetched again after this time. */
const unreadableRetryMs = 30_000;

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
  #ranges: OffsetRange[] = [];
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
      subscription.#take(); // They arrive again at the instance to which their partition is assigned now.
      options.onAssigned(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      );
    });
    await reader.start(
      ({ batch, isStale, resolveOffset }) => {
        if (!isStale() && !isOutdated(batch)) {
          const fetched = fetchedOf(batch);
          if (fetched.unreadable !== undefined) subscription.#wait(fetched, fetched.unreadable);
          else {
            subscription.#buffer(fetched);
            resolveOffset(batch.lastOffset()); // At once, with the offset manager with which the batch was fetched.
          }
        }
        return Promise.resolve();
      },
      { resolves: true },
    );
    return subscription;
  }

  /** kafkajs iterates over the partitions of a fetch without a pause, so all of them are here at the next turn of the event loop. */
  #buffer({ records, topic, partition, from, to }: Fetched): void {
    for (const record of records) this.#fetched.push(record);
    this.#ranges.push({ topic, partition, from, to });
    this.#delivery ??= setImmediate(() => {
      this.#delivery = undefined;
      const { records: fetched, ranges } = this.#take();
      if (ranges.length > 0) this.options.onRecords(fetched, ranges);
    });
  }

  /** Everything that is buffered. */
  #take(): { readonly records: readonly IncomingRecord[]; readonly ranges: readonly OffsetRange[] } {
    const taken = { records: this.#fetched, ranges: this.#ranges };
    this.#fetched = [];
    this.#ranges = [];
    return taken;
  }

  /** The other partitions go on. */
  #wait({ topic, partition, from: offset }: Fetched, reason: string): void {
    const at = { topic, partition, offset };
    if (!this.options.onUnreadable) return this.options.onFatal(new UnreadableRecords(at, reason));
    this.options.onUnreadable(at, reason);
    this.pause([at]);
    systemTimers.after(unreadableRetryMs, () => {
      if (!this.reader.isClosed) this.resume([at]);
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
