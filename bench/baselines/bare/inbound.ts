import kafkajs, { type Consumer, type KafkaMessage } from 'kafkajs';
import { statement } from './database.js';
import { partitionsOf } from './topics.js';

/** Records a transaction. */
const most = 1_000;
/** Milliseconds of silence after which a member counts as dead: a lot, for there is nobody to take over. */
const patience = 60_000;

/** A record that the group handles. */
export interface Heard<T = unknown> {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly orderId: string;
  readonly body: T;
}

/** Marks messages in the inbox of a consumer; gives the ids that were not there. */
export const mark = statement(
  'mark',
  `
insert into msg_inbox (consumer, message_id, lane) select $1, id, lane from unnest($2::uuid[], $3::text[]) as w(id, lane) order by id
on conflict (consumer, message_id) do nothing returning message_id as id`,
);

export const markValues = (consumer: string, batch: readonly Heard[]): unknown[] => [
  consumer,
  batch.map(({ id }) => id),
  batch.map(({ topic, orderId }) => `${topic}\n${orderId}`),
];

export interface InboundOptions {
  readonly brokers: string;
  readonly group: string;
  readonly topics: readonly string[];
  /** Types that the group passes over. */
  readonly ignored: ReadonlySet<string>;
  /** One transaction. What fails in it ends the process. */
  readonly handle: (batch: readonly Heard[]) => Promise<void>;
}

interface Waiting {
  readonly heard: Heard | undefined;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Takes all that waits, from all partitions, into one transaction at a time, and commits the positions after it. */
export class Inbound {
  readonly #queue: Waiting[] = [];
  #running: Promise<void> = Promise.resolve();
  #committed: Promise<void> = Promise.resolve();
  #over = false;

  private constructor(
    private readonly consumer: Consumer,
    private readonly options: InboundOptions,
  ) {}

  /** Resolves when the group has given it its partitions. */
  static async open(options: InboundOptions): Promise<Inbound> {
    const kafka = new kafkajs.Kafka({
      clientId: options.group,
      brokers: options.brokers.split(','),
      logLevel: kafkajs.logLevel.ERROR,
    });
    const consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout: patience,
      maxWaitTimeInMs: 1_000,
      maxBytesPerPartition: 4 * 1024 * 1024,
      allowAutoTopicCreation: false,
    });
    const inbound = new Inbound(consumer, options);
    const expected = options.topics.reduce((sum, topic) => sum + partitionsOf(topic), 0);
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload: { memberAssignment } }) => {
        const given = Object.values(memberAssignment).reduce((sum, partitions) => sum + partitions.length, 0);
        if (given === expected) resolve();
        else reject(new Error(`${options.group} was given ${given} of ${expected} partitions`)); // orders would wait for ever in the others
      });
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        for (const message of batch.messages) inbound.#queue.push(inbound.#read(batch.topic, batch.partition, message));
        inbound.#running = inbound.#running.then(() => inbound.#work());
        return Promise.resolve();
      },
    });
    await joined;
    return inbound;
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#running;
    await this.#committed;
    await this.consumer.disconnect();
  }

  #read(topic: string, partition: number, { offset, key, value, headers }: KafkaMessage): Waiting {
    const place = { topic, partition, offset: Number(offset) };
    const type = String(headers!['ce_type']);
    if (this.options.ignored.has(type)) return { ...place, heard: undefined };
    return {
      ...place,
      heard: {
        id: String(headers!['ce_id']),
        type,
        topic,
        orderId: String(key),
        body: JSON.parse(String(value)) as unknown,
      },
    };
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0 && !this.#over) {
      const taken = this.#queue.splice(0, most);
      const batch = taken.flatMap(({ heard }) => heard ?? []);
      if (batch.length > 0) await this.options.handle(batch);
      this.#commit(taken);
    }
  }

  /** The next transaction does not wait for the broker's answer: the inbox knows what comes again. */
  #commit(taken: readonly Waiting[]): void {
    const ends = new Map(
      taken.map(({ topic, partition, offset }) => [
        `${topic}:${partition}`,
        { topic, partition, offset: String(offset + 1) },
      ]),
    );
    this.#committed = this.#committed.then(() => this.consumer.commitOffsets([...ends.values()]));
  }
}
