import type { KafkaClient, Publisher, Subscription, SubscriptionOptions, Tail, TailOptions, Topic } from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import { BrokerConnection } from './broker-connection.js';
import { LogReader } from './log-reader.js';
import type { SimulatedKafka } from './simulated-kafka.js';
import { SimulatedPublisher } from './simulated-publisher.js';
import { SimulatedSubscription } from './simulated-subscription.js';

/** The port's Kafka client for one life. */
export class SimulatedKafkaClient implements KafkaClient {
  readonly #connection: BrokerConnection;

  constructor(
    private readonly kafka: SimulatedKafka,
    life: SimulatedProcess,
  ) {
    this.#connection = new BrokerConnection(kafka, life);
  }

  async publisher(): Promise<Publisher> {
    await this.#connection.ask('connect', () => undefined);
    return new SimulatedPublisher(this.#connection);
  }

  subscribe(options: SubscriptionOptions): Promise<Subscription> {
    return SimulatedSubscription.open(this.#connection, options);
  }

  async tail({ topics, onRecords }: TailOptions): Promise<Tail> {
    const ends = await this.endOffsets(topics);
    const behind = new Map(ends.filter(({ start, end }) => end > start).map(({ topic, partition, end }) => [`${topic}:${partition}`, end]));
    let arrive: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (arrive = resolve));
    if (behind.size === 0) arrive();
    const reader = new LogReader(this.#connection, (records) => {
      onRecords(records);
      const { topic, partition, offset } = records.at(-1)!;
      const end = behind.get(`${topic}:${partition}`);
      if (end !== undefined && offset + 1n >= end && behind.delete(`${topic}:${partition}`) && behind.size === 0) arrive();
    });
    reader.read(ends.map(({ topic, partition, start }) => ({ topic, partition, next: start })));
    return {
      caughtUp,
      close: () => {
        reader.stop();
        return Promise.resolve();
      },
    };
  }

  endOffsets(topics: readonly string[]): ReturnType<KafkaClient['endOffsets']> {
    return this.#connection.ask('end offsets', () => topics.flatMap((topic) => this.kafka.ends(topic)));
  }

  committed(group: string, topics: readonly string[]): ReturnType<KafkaClient['committed']> {
    return this.#connection.ask('committed', () => [...this.kafka.group(group).committed.values()].filter(({ topic }) => topics.includes(topic)).map((position) => ({ ...position })));
  }

  provision(topics: readonly Topic[]): Promise<void> {
    return this.#connection.ask('provision', () => {
      for (const topic of topics) this.kafka.create(topic);
      for (const topic of topics) this.kafka.check(topic);
    });
  }

  check(topics: readonly Topic[]): Promise<void> {
    return this.#connection.ask('check', () => {
      for (const topic of topics) this.kafka.check(topic);
    });
  }

  close(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}
