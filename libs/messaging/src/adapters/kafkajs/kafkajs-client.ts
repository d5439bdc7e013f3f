import type { Admin } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { Topic } from '../../message/index.js';
import { KafkaAccessRefused, UnreadableRecords } from '../../ports/errors.js';
import {
  partitionKey,
  type KafkaClient,
  type Publisher,
  type ReadOptions,
  type Subscription,
  type SubscriptionOptions,
  type Tail,
  type PartitionOffset,
  type TailOptions,
} from '../../ports/kafka-client.js';
import type { Concerns } from './kafkajs-access.js';
import { Codecs } from './codecs.js';
import { KafkajsConnection } from './kafkajs-connection.js';
import { fetchedOf } from './kafkajs-fetch-response.js';
import { checkSecurity, type KafkaSettings } from './kafkajs-settings.js';
import { KafkajsPublisher } from './kafkajs-publisher.js';
import { KafkajsRangeRead } from './kafkajs-range-read.js';
import { KafkajsReader } from './kafkajs-reader.js';
import { KafkajsSubscription } from './kafkajs-subscription.js';
import { commitAsMember, deleteGroupOffsets, rejectMembers } from './kafkajs-groups.js';
import { checkTopics, increasePartitions, provisionTopics } from './kafkajs-topics.js';

/** Time after which an answer counts as lost. For a reader it is below the session timeout, so that it is still a member afterwards. */
const requestTimeoutMs = { reader: 8_000, publisher: 12_000, admin: 8_000 };

interface AdminSession {
  readonly connection: KafkajsConnection;
  readonly admin: Promise<Admin>;
  pendingRequests: number;
}

/** The Kafka client port on kafkajs. */
export class KafkajsClient implements KafkaClient {
  readonly #connections = new Set<KafkajsConnection>();
  #closed = false;
  #admin: AdminSession | undefined;

  /** Throws a TypeError that names the setting which cannot be used. */
  constructor(private readonly settings: KafkaSettings) {
    checkSecurity(settings);
  }

  async publisher(): Promise<Publisher> {
    return KafkajsPublisher.open(this.#connection(requestTimeoutMs.publisher));
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    return KafkajsSubscription.open(this.#connection(requestTimeoutMs.reader), options);
  }

  /** kafkajs reads only as a member of a group. This group has a unique name and never commits. */
  async tail({ topics, onRecords, onFatal }: TailOptions): Promise<Tail> {
    const ends = await this.endOffsets(topics);
    const unread = new Map(
      ends.filter(({ start, end }) => end > start).map((range) => [partitionKey(range), range.end]),
    );
    let catchUp: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (catchUp = resolve));
    if (unread.size === 0) catchUp();
    const reader = new KafkajsReader(this.#connection(requestTimeoutMs.reader), {
      group: this.#readerGroup('tail'),
      topics,
      onFatal,
    });
    await reader.start(({ batch }) => {
      const { records, from: offset, to, unreadable } = fetchedOf(batch);
      if (unreadable !== undefined) {
        const { topic, partition } = batch;
        reader.consumer.pause([{ topic, partitions: [partition] }]);
        onFatal(new UnreadableRecords({ topic, partition, offset }, unreadable));
        return Promise.resolve();
      }
      if (records.length > 0) onRecords(records);
      const key = partitionKey(batch);
      const end = unread.get(key);
      if (end !== undefined && to >= end && unread.delete(key) && unread.size === 0) catchUp();
      return Promise.resolve();
    });
    return { caughtUp, close: () => reader.close() };
  }

  async read(options: ReadOptions): Promise<void> {
    const reading = new KafkajsRangeRead(options, (topic) => this.endOffsets([topic]));
    const { topics } = reading;
    if (topics.length === 0 || options.signal?.aborted) return;
    await reading.run(
      new KafkajsReader(this.#connection(requestTimeoutMs.reader), {
        group: this.#readerGroup('read'),
        topics,
        withoutTransactions: options.withoutTransactions === true,
        onFatal: (error) => reading.fail(error),
      }),
    );
  }

  async offsetsAt(topics: readonly string[], time: Date): ReturnType<KafkaClient['offsetsAt']> {
    return this.#withAdmin({ topics, operation: 'Describe' }, async (admin) =>
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
    return this.#withAdmin({ topics, operation: 'Describe' }, async (admin) =>
      (await Promise.all(topics.map(async (topic) => ({ topic, offsets: await offsetsOf(admin, topic) })))).flatMap(
        ({ topic, offsets }) =>
          offsets.map(({ partition, high, low }) => ({ topic, partition, end: BigInt(high), start: BigInt(low) })),
      ),
    );
  }

  async committedOffsets(group: string, topics: readonly string[]): ReturnType<KafkaClient['committedOffsets']> {
    return this.#withAdmin({ group, topics, operation: 'Describe' }, async (admin) =>
      (await admin.fetchOffsets({ groupId: group, topics: [...topics] })).flatMap(({ topic, partitions }) =>
        partitions
          .filter(({ offset }) => Number(offset) >= 0) // -1: none; kafkajs itself may have committed -2, the beginning
          .map(({ partition, offset, metadata }) => ({
            topic,
            partition,
            offset: BigInt(offset),
            ...(metadata && { metadata }),
          })),
      ),
    );
  }

  async setOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    await this.#withAdmin({ group, operation: 'Describe' }, (admin) => rejectMembers(admin, group));
    await this.#commit(group, offsets);
  }

  async startAt(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const committed = await this.committedOffsets(group, [...new Set(offsets.map(({ topic }) => topic))]);
    const known = new Set(committed.map(partitionKey));
    await this.#commit(
      group,
      offsets.filter((each) => !known.has(partitionKey(each))),
    );
  }

  async #commit(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const topics = [...new Set(offsets.map(({ topic }) => topic))];
    await commitAsMember({ group, topics }, this.#connection(requestTimeoutMs.reader), offsets);
    const committed = new Map(
      (await this.committedOffsets(group, topics)).map((each) => [partitionKey(each), each.offset]),
    );
    const missing = offsets.find((each) => committed.get(partitionKey(each)) !== each.offset);
    if (missing) throw new Error(`the offset of ${group} on ${partitionKey(missing)} was not committed: try again`);
  }

  deleteOffsets(group: string): Promise<void> {
    return this.#withAdmin({ group, operation: 'Delete' }, (admin) => deleteGroupOffsets(admin, group));
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#withAdmin({ ...namesOf(topics), operation: 'Create' }, (admin) =>
      provisionTopics(admin, topics, new Codecs(this.settings)),
    );
  }

  async check(topics: readonly Topic[], owner?: string): Promise<void> {
    try {
      await this.#check(topics, owner);
    } catch (error) {
      // One request is about all topics, and its denial names none of them.
      if (error instanceof KafkaAccessRefused && error.reason === 'permission' && topics.length > 1)
        for (const topic of topics) await this.#check([topic], owner);
      throw error;
    }
  }

  #check(topics: readonly Topic[], owner: string | undefined): Promise<void> {
    return this.#withAdmin({ ...namesOf(topics), operation: 'DescribeConfigs' }, (admin) =>
      checkTopics(admin, topics, { owner, codecs: new Codecs(this.settings) }),
    );
  }

  increasePartitions(topic: string, partitions: number): Promise<void> {
    return this.#withAdmin({ topics: [topic], operation: 'Alter' }, (admin) =>
      increasePartitions(admin, topic, partitions),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    await Promise.all(connections.map((connection) => connection.closed));
  }

  #readerGroup(kind: 'read' | 'tail'): string {
    return `${this.settings.readerGroups ?? this.settings.clientId}.${kind}-${randomUUID()}`;
  }

  #connection(requestTimeout: number): KafkajsConnection {
    if (this.#closed) throw new Error('the client is closed');
    const connection = new KafkajsConnection(this.settings, requestTimeout, (closed) =>
      this.#connections.delete(closed),
    );
    this.#connections.add(connection);
    return connection;
  }

  /** One admin connection for all requests, replaced after any failure. It is closed when the other requests on it have their answers. */
  async #withAdmin<T>(concerns: Concerns, request: (admin: Admin) => Promise<T>): Promise<T> {
    const session = (this.#admin ??= this.#openAdmin());
    session.pendingRequests++;
    try {
      return await request(await session.admin);
    } catch (error) {
      if (this.#admin === session) this.#admin = undefined;
      throw await session.connection.explain(error, concerns);
    } finally {
      if (--session.pendingRequests === 0 && this.#admin !== session) void closeAdmin(session);
    }
  }

  #openAdmin(): AdminSession {
    const connection = this.#connection(requestTimeoutMs.admin);
    const admin = connection.kafka.admin({ retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 2_000 } });
    return { connection, admin: connection.open(admin.connect()).then(() => admin), pendingRequests: 0 };
  }
}

const namesOf = (topics: readonly Topic[]): Concerns => ({ topics: topics.map(({ name }) => name) });

/** Closes the sockets, whether the client disconnects in an orderly way or not. */
async function closeAdmin({ connection, admin }: AdminSession): Promise<void> {
  try {
    await (await admin).disconnect();
  } catch {
    // The request has failed already, and its caller has the error.
  } finally {
    connection.close();
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
