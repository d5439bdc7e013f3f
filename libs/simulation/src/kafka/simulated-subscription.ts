import type {
  CommittedOffset,
  Subscription,
  SubscriptionOptions,
  TopicPartition,
} from '@tradewind/messaging/internals';
import type { BrokerConnection } from './broker-connection.js';
import type { Assignment, ConsumerGroup, Member } from './consumer-group.js';
import { LogReader } from './log-reader.js';

/** Microseconds between two attempts while the broker is unavailable. */
const retryDelay = { min: 200_000, max: 2_000_000 };

/** A member of a group: joins, reads its assigned partitions from the committed offsets on, and joins again at every rebalance. */
export class SimulatedSubscription implements Subscription {
  readonly #group: ConsumerGroup;
  readonly #reader: LogReader;
  readonly #member: Member;
  readonly #unsubscribe: readonly (() => void)[];
  #generation = -1;
  /** Number of joins: responses to earlier ones are ignored. */
  #joins = 0;
  #closed = false;

  private constructor(
    private readonly connection: BrokerConnection,
    private readonly options: SubscriptionOptions,
  ) {
    const { kafka, process } = connection;
    this.#group = kafka.group(options.group);
    this.#reader = new LogReader(connection, ({ records, ...range }) => options.onRecords(records, [range]));
    this.#member = {
      topics: options.topics,
      generation: () => this.#generation,
      sendsHeartbeats: () => process.alive && !process.paused && !this.#closed,
      rejoin: () => void process.deliver(process.engine.latency(), `rejoins ${options.group}`, () => void this.#join()),
    };
    this.#unsubscribe = [
      process.onCrash(() => this.#group.heartbeatsStopped(this.#member)),
      process.onPauseChange((running) =>
        running ? this.#group.heartbeatsResumed(this.#member) : this.#group.heartbeatsStopped(this.#member),
      ),
      connection.onClose(() => this.#end()),
    ];
  }

  /** Resolves with the first assignment; rejects when the broker is unavailable or a topic does not exist. */
  static async open(connection: BrokerConnection, options: SubscriptionOptions): Promise<Subscription> {
    await connection.call('connect', () => {
      for (const topic of options.topics) connection.kafka.partitions(topic);
    });
    const subscription = new SimulatedSubscription(connection, options);
    await subscription.#join();
    return subscription;
  }

  /** The broker checks the generation, not the owner of the partition. */
  async commit(offsets: readonly CommittedOffset[]): Promise<boolean> {
    const generation = this.#generation;
    const copies = offsets.map((each) => ({ ...each }));
    try {
      return await this.connection.call('commit', () => this.#group.commit(this.#member, generation, copies));
    } catch {
      return false; // as the port requires: the outcome is unknown
    }
  }

  seek(offsets: readonly CommittedOffset[]): void {
    this.#reader.seek(offsets);
  }

  pause(partitions?: readonly TopicPartition[]): void {
    this.#reader.pause(partitions);
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#reader.resume(partitions);
  }

  lastFetchAt(): number {
    return this.#reader.lastFetchAt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const left = this.connection.call('leave', () => this.#group.leave(this.#member));
    this.#end();
    await left.catch(() => undefined); // a lost request: the session times out instead
  }

  /** Heartbeats stop, whether the leave request arrives or not. */
  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.stop();
    this.#group.heartbeatsStopped(this.#member);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** Retries until the member has its assignment. */
  async #join(): Promise<void> {
    const join = ++this.#joins;
    for (;;) {
      try {
        const assignment = await this.connection.call('join', () => this.#group.join(this.#member));
        if (this.#closed || join !== this.#joins) return;
        return this.#onAssignment(assignment);
      } catch {
        if (this.#closed || join !== this.#joins) return;
        await this.#waitForRetry();
      }
    }
  }

  #onAssignment({ generation, partitions }: Assignment): void {
    this.#generation = generation;
    this.#reader.stop();
    this.options.onAssigned(partitions);
    void this.#readFrom(this.#joins, partitions);
  }

  async #readFrom(join: number, partitions: Assignment['partitions']): Promise<void> {
    while (!this.#closed && join === this.#joins) {
      try {
        const committed = await this.connection.call('offset fetch', () => new Map(this.#group.committed));
        if (this.#closed || join !== this.#joins) return;
        return this.#reader.read(
          partitions.map((each) => committed.get(`${each.topic}:${each.partition}`) ?? { ...each, offset: 0n }),
        );
      } catch {
        await this.#waitForRetry();
      }
    }
  }

  #waitForRetry(): Promise<void> {
    const { process } = this.connection;
    return new Promise((resolve) =>
      process.deliver(process.engine.random.between(retryDelay.min, retryDelay.max), 'retries', resolve),
    );
  }
}
