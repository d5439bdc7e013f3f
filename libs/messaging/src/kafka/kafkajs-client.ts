import kafkajs, { type Kafka } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import type { Topic } from '../contract/index.js';
import { loggedFrom, quietLog, type KafkaLog } from './kafkajs-log.js';
import { KafkajsPublisher } from './kafkajs-publisher.js';
import { connectReader, readerSettings, recordsOf } from './kafkajs-reader.js';
import { KafkajsSubscription } from './kafkajs-subscription.js';
import type { KafkaClient, Publisher, Subscription, SubscriptionOptions, Tail, TailOptions } from './kafka-client.js';
import { checkTopics, provisionTopics } from './provision.js';

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Called with what kafkajs has to say at warning level or worse. */
  readonly log?: KafkaLog;
}

/** The port on kafkajs. CommonJS: what is not a named export at run time hangs on the default. */
export class KafkajsClient implements KafkaClient {
  readonly #kafka: Kafka;

  constructor(settings: KafkaSettings) {
    this.#kafka = new kafkajs.Kafka({
      clientId: settings.clientId,
      brokers: [...settings.brokers],
      connectionTimeout: 3_000,
      requestTimeout: 30_000,
      enforceRequestTimeout: true,
      logLevel: loggedFrom,
      logCreator: quietLog(settings.log),
    });
  }

  publisher(): Promise<Publisher> {
    return KafkajsPublisher.open(this.#kafka);
  }

  subscribe(options: SubscriptionOptions): Promise<Subscription> {
    return KafkajsSubscription.open(this.#kafka, options);
  }

  /** kafkajs reads only as a member of a group: this one has a name of its own and never commits. */
  async tail({ topics, onRecords, onDead }: TailOptions): Promise<Tail> {
    const consumer = this.#kafka.consumer({ groupId: `tail-${randomUUID()}`, ...readerSettings });
    const ends = await this.endOffsets(topics);
    const behind = new Map(ends.filter(({ start, end }) => end > start).map(({ topic, partition, end }) => [`${topic}:${partition}`, end]));
    let arrive: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (arrive = resolve));
    if (behind.size === 0) arrive();
    await connectReader(consumer, topics, onDead);
    await consumer.run({
      autoCommit: false,
      // A batch of nothing but compacted-away records is still a step forward.
      eachBatch: ({ batch }) => {
        onRecords(recordsOf(batch.topic, batch.partition, batch.messages));
        const place = `${batch.topic}:${batch.partition}`;
        const end = behind.get(place);
        if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end && behind.delete(place) && behind.size === 0) arrive();
        return Promise.resolve();
      },
    });
    return { caughtUp, close: () => consumer.disconnect() };
  }

  async endOffsets(topics: readonly string[]): ReturnType<KafkaClient['endOffsets']> {
    return this.#withAdmin(async (admin) =>
      (await Promise.all(topics.map(async (topic) => ({ topic, offsets: await admin.fetchTopicOffsets(topic) })))).flatMap(({ topic, offsets }) =>
        offsets.map(({ partition, high, low }) => ({ topic, partition, end: BigInt(high), start: BigInt(low) })),
      ),
    );
  }

  async committed(group: string, topics: readonly string[]): ReturnType<KafkaClient['committed']> {
    return this.#withAdmin(async (admin) =>
      (await admin.fetchOffsets({ groupId: group, topics: [...topics] })).flatMap(({ topic, partitions }) =>
        partitions.filter(({ offset }) => offset !== '-1').map(({ partition, offset }) => ({ topic, partition, next: BigInt(offset) })),
      ),
    );
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#withAdmin((admin) => provisionTopics(admin, topics));
  }

  check(topics: readonly Topic[]): Promise<void> {
    return this.#withAdmin((admin) => checkTopics(admin, topics));
  }

  async close(): Promise<void> {
    const admin = await this.#admin?.catch(() => undefined);
    await admin?.disconnect();
  }

  #admin: Promise<ReturnType<Kafka['admin']>> | undefined;

  /** One connection for questions, made anew after any failure. */
  async #withAdmin<T>(ask: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    this.#admin ??= this.#openAdmin();
    const opening = this.#admin;
    try {
      return await ask(await opening);
    } catch (error) {
      if (this.#admin === opening) this.#admin = undefined;
      await opening.then((admin) => admin.disconnect()).catch(() => undefined); // the error that matters is the first
      throw error;
    }
  }

  async #openAdmin(): Promise<ReturnType<Kafka['admin']>> {
    const admin = this.#kafka.admin({ retry: { retries: 5, initialRetryTime: 200, maxRetryTime: 2_000 } });
    await admin.connect();
    return admin;
  }
}

/** The broker client for whoever has no Nest module: a gateway, a tool, a test. */
export const kafkaClient = (settings: KafkaSettings): KafkaClient => new KafkajsClient(settings);
