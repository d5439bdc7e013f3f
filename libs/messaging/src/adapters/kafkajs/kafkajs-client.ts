import type { Admin } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { Topic } from '../../message/index.js';
import type {
  KafkaClient,
  Publisher,
  ReadOptions,
  Subscription,
  SubscriptionOptions,
  Tail,
  TailOptions,
  TopicPartition,
} from '../../ports/kafka-client.js';
import { KafkajsConnection, type KafkaSettings } from './kafkajs-connection.js';
import { KafkajsPublisher } from './kafkajs-publisher.js';
import { KafkajsRangeRead } from './kafkajs-range-read.js';
import { KafkajsReader, recordsOf } from './kafkajs-reader.js';
import { KafkajsSubscription } from './kafkajs-subscription.js';
import { commitAsMember, deleteGroupOffsets, rejectMembers } from './kafkajs-groups.js';
import { checkTopics, increasePartitions, provisionTopics } from './kafkajs-topics.js';

/** Time after which an answer counts as lost. For a reader it is below the session timeout, so that it is still a member afterwards. */
const adminIdleMs = { reader: 8_000, publisher: 12_000, admin: 8_000 };

interface AdminSession {
  readonly part: KafkajsConnection;
  readonly admin: Promise<Admin>;
  /** Questions without an answer. */
  questions: number;
}

/** The Kafka client port on kafkajs. */
export class KafkajsClient implements KafkaClient {
  readonly #connections = new Set<KafkajsConnection>();
  #closed = false;
  #admin: AdminSession | undefined;

  constructor(private readonly settings: KafkaSettings) {}

  async publisher(): Promise<Publisher> {
    return KafkajsPublisher.open(this.#connection(adminIdleMs.publisher));
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    return KafkajsSubscription.open(this.#connection(adminIdleMs.reader), options);
  }

  /** kafkajs reads only as a member of a group. This group has a unique name and never commits. */
  async tail({ topics, onRecords, onFatal }: TailOptions): Promise<Tail> {
    const ends = await this.endOffsets(topics);
    const behind = new Map(
      ends.filter(({ start, end }) => end > start).map(({ topic, partition, end }) => [`${topic}:${partition}`, end]),
    );
    let arrive: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (arrive = resolve));
    if (behind.size === 0) arrive();
    const reader = new KafkajsReader(this.#connection(adminIdleMs.reader), {
      group: `tail-${randomUUID()}`,
      topics,
      onFatal,
    });
    await reader.start(({ batch }) => {
      onRecords(recordsOf(batch.topic, batch.partition, batch.messages));
      const place = `${batch.topic}:${batch.partition}`;
      const end = behind.get(place);
      // A batch that contains only compacted records still advances.
      if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end && behind.delete(place) && behind.size === 0)
        arrive();
      return Promise.resolve();
    });
    return { caughtUp, close: () => reader.close() };
  }

  async read(options: ReadOptions): Promise<void> {
    const reading = new KafkajsRangeRead(options, (topic) => this.endOffsets([topic]));
    const { topics } = reading;
    if (topics.length === 0 || options.signal?.aborted) return;
    await reading.run(
      new KafkajsReader(this.#connection(adminIdleMs.reader), {
        group: `read-${randomUUID()}`,
        topics,
        onFatal: (error) => reading.fail(error),
      }),
    );
  }

  async offsetsAt(topics: readonly string[], time: Date): ReturnType<KafkaClient['offsetsAt']> {
    return this.#withAdmin(async (admin) =>
      (
        await Promise.all(
          topics.map(async (topic) => ({
            topic,
            offsets: await admin.fetchTopicOffsetsByTimestamp(topic, time.getTime()),
          })),
        )
      ).flatMap(({ topic, offsets }) =>
        offsets.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
      ),
    );
  }

  async endOffsets(topics: readonly string[]): ReturnType<KafkaClient['endOffsets']> {
    return this.#withAdmin(async (admin) =>
      (await Promise.all(topics.map(async (topic) => ({ topic, offsets: await offsetsOf(admin, topic) })))).flatMap(
        ({ topic, offsets }) =>
          offsets.map(({ partition, high, low }) => ({ topic, partition, end: BigInt(high), start: BigInt(low) })),
      ),
    );
  }

  async committedOffsets(group: string, topics: readonly string[]): ReturnType<KafkaClient['committedOffsets']> {
    return this.#withAdmin(async (admin) =>
      (await admin.fetchOffsets({ groupId: group, topics: [...topics] })).flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => offset !== '-1')
          .map(({ partition, offset, metadata }) => ({
            topic,
            partition,
            offset: BigInt(offset),
            ...(metadata && { metadata }),
          })),
      ),
    );
  }

  async setOffsets(group: string, offsets: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void> {
    await this.#withAdmin((admin) => rejectMembers(admin, group));
    if (offsets.length === 0) return;
    const topics = [...new Set(offsets.map(({ topic }) => topic))];
    await commitAsMember({ group, topics }, this.#connection(adminIdleMs.reader), offsets);
  }

  deleteOffsets(group: string): Promise<void> {
    return this.#withAdmin((admin) => deleteGroupOffsets(admin, group));
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#withAdmin((admin) => provisionTopics(admin, topics));
  }

  check(topics: readonly Topic[]): Promise<void> {
    return this.#withAdmin((admin) => checkTopics(admin, topics));
  }

  increasePartitions(topic: string, partitions: number): Promise<void> {
    return this.#withAdmin((admin) => increasePartitions(admin, topic, partitions));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const parts = [...this.#connections];
    for (const part of parts) part.close();
    await Promise.all(parts.map((part) => part.closed));
  }

  #connection(requestTimeout: number): KafkajsConnection {
    if (this.#closed) throw new Error('the client is closed');
    const part = new KafkajsConnection(this.settings, requestTimeout, (closed) => this.#connections.delete(closed));
    this.#connections.add(part);
    return part;
  }

  /** One admin connection for all questions, replaced after any failure. It is closed when the other questions on it have their answers. */
  async #withAdmin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const asking = (this.#admin ??= this.#openAdmin());
    asking.questions++;
    try {
      return await ask(await asking.admin);
    } catch (error) {
      if (this.#admin === asking) this.#admin = undefined;
      throw error;
    } finally {
      if (--asking.questions === 0 && this.#admin !== asking) void closeAdmin(asking);
    }
  }

  #openAdmin(): AdminSession {
    const part = this.#connection(adminIdleMs.admin);
    const admin = part.kafka.admin({ retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 2_000 } });
    return { part, admin: part.open(admin.connect()).then(() => admin), questions: 0 };
  }
}

/** Closes the sockets, whether the client disconnects in an orderly way or not. */
async function closeAdmin({ part, admin }: AdminSession): Promise<void> {
  try {
    await (await admin).disconnect();
  } catch {
    // The question has failed already, and its caller has the error.
  } finally {
    part.close();
  }
}

/** kafkajs fails on a partition without a leader. */
async function offsetsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  try {
    return await admin.fetchTopicOffsets(topic);
  } catch (error) {
    throw error instanceof TypeError
      ? new Error(`no broker leads every partition of ${topic} at the moment`, { cause: error })
      : error;
  }
}

/** Creates a broker client without a Nest module, for a gateway, a tool or a test. */
export const kafkaClient = (settings: KafkaSettings): KafkaClient => new KafkajsClient(settings);
