import type { Subscription, SubscriptionOptions, TopicPartition } from '@tradewind/messaging';
import type { BrokerConnection } from './broker-connection.js';
import type { Assignment, ConsumerGroup, Member, Position } from './consumer-group.js';
import { LogReader } from './log-reader.js';

/** Microseconds between two tries of a member to get what it needs of the broker. */
const retry = { least: 200_000, most: 2_000_000 };

/** A member of a group: joins, is given its share, reads it from the committed positions on, and joins again when it is called. */
export class SimulatedSubscription implements Subscription {
  readonly #group: ConsumerGroup;
  readonly #reader: LogReader;
  readonly #member: Member;
  readonly #forget: readonly (() => void)[];
  #generation = -1;
  /** Counts joins: an answer to an earlier one is passed over. */
  #joins = 0;
  #closed = false;

  private constructor(
    private readonly connection: BrokerConnection,
    private readonly options: SubscriptionOptions,
  ) {
    const { kafka, life } = connection;
    this.#group = kafka.group(options.group);
    this.#reader = new LogReader(connection, (records) => options.onRecords(records));
    this.#member = {
      topics: options.topics,
      generation: () => this.#generation,
      beats: () => life.alive && !life.paused && !this.#closed,
      joinAgain: () =>
        void life.deliver(life.simulation.latency(), `called to ${options.group}`, () => void this.#join()),
    };
    this.#forget = [
      life.onEnd(() => this.#group.missed(this.#member)),
      life.onMove((running) => (running ? this.#group.heard(this.#member) : this.#group.missed(this.#member))),
      connection.onClose(() => this.#end()),
    ];
  }

  /** Rejects when the broker is away or does not know a topic; resolves with the first share. */
  static async open(connection: BrokerConnection, options: SubscriptionOptions): Promise<Subscription> {
    await connection.ask('connect', () => {
      for (const topic of options.topics) connection.kafka.partitions(topic);
    });
    const subscription = new SimulatedSubscription(connection, options);
    await subscription.#join();
    return subscription;
  }

  /** By whoever is of the group's present generation: the broker does not ask who owns the partition. */
  async commit(positions: readonly Position[]): Promise<boolean> {
    const generation = this.#generation;
    const copies = positions.map((position) => ({ ...position }));
    try {
      return await this.connection.ask('commit', () => this.#group.commit(this.#member, generation, copies));
    } catch {
      return false; // as the port has it: the broker is away, and whether it was committed nobody knows
    }
  }

  seek(positions: readonly Position[]): void {
    this.#reader.seek(positions);
  }

  pause(partitions?: readonly TopicPartition[]): void {
    this.#reader.hold(partitions);
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#reader.goOn(partitions);
  }

  lastFetchAt(): number {
    return this.#reader.lastFetchAt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const left = this.connection.ask('leave', () => this.#group.leave(this.#member));
    this.#end();
    await left.catch(() => undefined); // a word that gets lost: the session runs out instead
  }

  /** Nothing more is heard of this member, whether its word that it leaves arrives or not. */
  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.stop();
    this.#group.missed(this.#member);
    for (const forget of this.#forget) forget();
  }

  /** Until it has its share, however often it takes. */
  async #join(): Promise<void> {
    const join = ++this.#joins;
    for (;;) {
      try {
        const assignment = await this.connection.ask('join', () => this.#group.join(this.#member));
        if (this.#closed || join !== this.#joins) return;
        return this.#take(assignment);
      } catch {
        if (this.#closed || join !== this.#joins) return;
        await this.#pause();
      }
    }
  }

  #take({ generation, partitions }: Assignment): void {
    this.#generation = generation;
    this.#reader.stop();
    this.options.onAssigned(partitions);
    void this.#readFrom(this.#joins, partitions);
  }

  async #readFrom(join: number, partitions: Assignment['partitions']): Promise<void> {
    while (!this.#closed && join === this.#joins) {
      try {
        const committed = await this.connection.ask('offset fetch', () => new Map(this.#group.committed));
        if (this.#closed || join !== this.#joins) return;
        return this.#reader.read(
          partitions.map((each) => committed.get(`${each.topic}:${each.partition}`) ?? { ...each, next: 0n }),
        );
      } catch {
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    const { life } = this.connection;
    return new Promise((resolve) =>
      life.deliver(life.simulation.chance.between(retry.least, retry.most), 'tries the broker again', resolve),
    );
  }
}
