import kafkajs from 'kafkajs';
import { waitUntil } from '../environment/wait.js';

/** A record as it is on a topic. */
export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | undefined>>;
}

/** Reads and changes topics with nothing of a contender. */
export class Topics {
  readonly #kafka: kafkajs.Kafka;
  #readers = 0;

  constructor(broker: string) {
    this.#kafka = new kafkajs.Kafka({ clientId: 'judge', brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
  }

  async withAdmin<T>(work: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Creates topics of three partitions. Resolves when they can be used. */
  async create(topics: readonly string[]): Promise<void> {
    const wanted = topics.map((topic) => ({ topic, numPartitions: 3 }));
    await this.withAdmin((admin) => admin.createTopics({ topics: wanted, waitForLeaders: false }));
    const isUsable = (topic: string): Promise<boolean> =>
      this.ends(topic).then(
        (ends) => ends.length === 3,
        () => false,
      );
    for (const topic of topics) await waitUntil(`the topic ${topic} exists`, () => isUsable(topic), 30_000);
  }

  remove(topics: string[]): Promise<void> {
    return this.withAdmin((admin) => admin.deleteTopics({ topics }));
  }

  /** The ends of the partitions of a topic. */
  ends(topic: string): Promise<number[]> {
    return this.withAdmin(async (admin) =>
      (await admin.fetchTopicOffsets(topic))
        .toSorted((one, other) => one.partition - other.partition)
        .map(({ high }) => Number(high)),
    );
  }

  /** What a group has committed, by partition; -1 for nothing. */
  committed(groupId: string, topic: string): Promise<Map<number, number>> {
    return this.withAdmin(async (admin) => {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return new Map((offsets?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
    });
  }

  async send(topic: string, messages: kafkajs.Message[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  /** Everything that is on these topics now. */
  async read(topics: readonly string[]): Promise<TopicRecord[]> {
    const ends = new Map<string, number>();
    for (const topic of topics)
      for (const [partition, end] of (await this.ends(topic)).entries())
        if (end > 0) ends.set(`${topic}/${partition}`, end);
    if (ends.size === 0) return [];
    const records: TopicRecord[] = [];
    const consumer = this.#kafka.consumer({ groupId: `judge-${process.pid}-${++this.#readers}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: ({ batch: { topic, partition, messages } }) => {
            for (const { offset, key, value, headers = {} } of messages) {
              const plain = headers as TopicRecord['headers'];
              records.push({ topic, partition, offset: Number(offset), key, value, headers: plain });
              if (Number(offset) + 1 >= (ends.get(`${topic}/${partition}`) ?? 0)) ends.delete(`${topic}/${partition}`);
            }
            if (ends.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return records;
  }
}
