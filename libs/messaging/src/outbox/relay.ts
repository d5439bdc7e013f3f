import type { Catalogue, Topic } from '../contract/index.js';
import type { Acknowledged, KafkaClient, OutgoingRecord, Publisher, TopicPartition } from '../kafka/kafka-client.js';
import { partitionOf } from '../kafka/murmur2.js';
import type { PublishedRow, RelaySession, Store, TakenRow, TopicSize } from '../store/store.js';
import { PositionsDisagree, type Agreement } from '../recovery/agreement.js';
import { Aborted, backOff, unlessAborted, type World } from '../system.js';
import { headersOf } from './envelope.js';
import { Alarm } from './alarm.js';
import { batchesOf } from './batches.js';

/** Records a send: kafkajs is quadratic above. */
const recordLimit = 1_000;
/** Milliseconds between looks when nobody wakes us, and at topics that are to grow; between tries to lead, and at most between tries after a failure. */
const idle = 1_000;
const candidacy = 1_000;
const longestBackOff = 1_000;
/** Milliseconds after which rows that were taken may have another leader by now: frozen or cut off, this one takes them anew. */
const freshness = 10_000;
/** Milliseconds that a relay which is told to stop goes on publishing what is there. */
const farewell = 3_000;

/** The broker acknowledged a batch below one that it acknowledged before: records may be lost or another relay writes. */
export class OffsetRegression extends Error {
  override readonly name = 'OffsetRegression';
}

/** What the relay publishes to: the topics of its service, which may have grown since, and how many partitions any topic is declared with. */
export interface DeclaredTopics {
  readonly own: readonly Topic[];
  partitionsOf(topic: string): number;
}

export interface RelayLog {
  (level: 'info' | 'warn' | 'error', message: string, detail?: object): void;
}

/**
 * Publishes the outbox of one database: per key in commit order, at least once, by one process at a time. Rows leave the
 * outbox only after the broker's acknowledgement, in the transaction that archives them; a crash between the two publishes
 * them again with the same ids.
 */
export class Relay {
  readonly #alarm: Alarm;
  readonly #stopping = new AbortController();
  readonly #givenUp = new AbortController();
  readonly #lastOffsets = new Map<string, bigint>();
  #publisher: Publisher | undefined;
  #session: RelaySession | undefined;
  #run: Promise<void> | undefined;
  #failures = 0;
  #pokeWanted = false;
  #sizes: ReadonlyMap<string, TopicSize> = new Map();
  #sizedAt = 0;
  /** When the session has last shown that it lives. */
  #heardAt = 0;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly topics: DeclaredTopics,
    private readonly source: string,
    private readonly world: World,
    private readonly log: RelayLog,
    private readonly agreement: Pick<Agreement, 'onPublished'>,
    private readonly onFatal: (error: Error) => void,
  ) {
    this.#alarm = new Alarm(world.timers);
  }

  static topicsFrom(contracts: Catalogue, own: readonly Topic[]): DeclaredTopics {
    const partitions = new Map([...contracts.topics, ...own].map((topic) => [topic.name, topic.partitions]));
    return { own, partitionsOf: (topic) => partitions.get(topic) ?? 1 };
  }

  start(): void {
    this.#run ??= this.#work();
  }

  /** Rows were committed in this process. */
  wake(): void {
    if (this.#session) this.#alarm.ring();
    else this.#poke();
  }

  /** Whether this process is the publisher of its database. */
  get leads(): boolean {
    return this.#session !== undefined;
  }

  /** The leadership that this process holds, counted up through all processes; undefined where it does not lead. */
  get epoch(): bigint | undefined {
    return this.#session?.epoch;
  }

  /** Undefined while all is well. */
  get trouble(): string | undefined {
    return this.#failures > 0 ? `relay: ${this.#failures} failed tries in a row` : undefined;
  }

  /** Publishes what is there, for a bounded time, and hands leadership over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.ring();
    const cancel = this.world.timers.after(farewell, () => this.#givenUp.abort());
    await this.#run;
    cancel();
  }

  async #work(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#session = await this.store.lead();
        if (!this.#session) {
          await this.#alarm.wait(candidacy);
          continue;
        }
        // crashpoint: relay.after-lead
        this.log('info', 'relay leads', { epoch: this.#session.epoch.toString() });
        this.#session.onPoke(() => this.#alarm.ring());
        await this.#answered(this.agreement.onPublished());
        await this.#publishAll(this.#session);
      } catch (error) {
        if (error instanceof PositionsDisagree) {
          await this.#discard();
          return this.onFatal(error);
        }
        this.#failures++;
        this.log('warn', 'relay starts over', { error: String(error), failures: this.#failures });
        await this.#discard();
        await this.world.timers.wait(backOff(this.world, this.#failures, 50, longestBackOff), this.#stopping.signal);
      }
    }
    await this.#discard();
  }

  /** Until it is stopped or something fails; when stopping, what is there goes out first. */
  async #publishAll(session: RelaySession): Promise<void> {
    await this.#keepSizes(session);
    for (;;) {
      if (Math.abs(this.#now() - this.#sizedAt) >= idle) await this.#keepSizes(session);
      const rows = await this.#alive(session.take(recordLimit));
      if (rows.length > 0) await this.#publish(session, rows);
      else if (this.#stopping.signal.aborted) return;
      else await this.#alarm.wait(idle);
      this.#failures = 0;
    }
  }

  /** Between two batches: what was sent is marked, so that whatever was published lies before where the topics end now. */
  async #keepSizes(session: RelaySession): Promise<void> {
    let sizes = await this.#alive(session.sizes(this.topics.own));
    const growing = sizes.filter(({ growingTo }) => growingTo !== null);
    for (const size of growing) await this.#grow(session, size);
    if (growing.length > 0) sizes = await this.#alive(session.sizes(this.topics.own));
    this.#sizes = new Map(sizes.map((size) => [size.topic, size]));
    this.#sizedAt = this.#now();
  }

  /** As soon as the partitions are there; until then, or while the broker can't tell, the topic goes on as it is. */
  async #grow(session: RelaySession, { topic, partitions, growingTo }: TopicSize): Promise<void> {
    try {
      const known = await this.store.publishedTo();
      const ends = await this.#answered(this.kafka.endOffsets([topic]));
      if (ends.length !== growingTo) return;
      const after = Array.from({ length: partitions }, (_, partition) => {
        const of = <P extends TopicPartition>(place: P): boolean =>
          place.topic === topic && place.partition === partition;
        const [end = 0n, marked = 0n] = [ends.find(of)?.end, known.find(of)?.next];
        return end > marked ? end : marked;
      });
      if (!(await this.#alive(session.grow({ topic, partitions: growingTo, after })))) return;
      this.log('info', 'a topic has grown', { topic, partitions: growingTo });
      // A client remembers how many partitions there were.
      await this.#discardPublisher();
    } catch (error) {
      if (error instanceof Aborted) throw error;
      this.log('warn', 'a topic can not grow yet', { topic, error: String(error) });
    }
  }

  /** What the session answers shows that no other leads. */
  async #alive<T>(answer: Promise<T>): Promise<T> {
    const asked = this.#now();
    const answered = await answer;
    this.#heardAt = asked;
    return answered;
  }

  #now(): number {
    return this.world.clock.now().getTime();
  }

  async #publish(session: RelaySession, rows: readonly TakenRow[]): Promise<void> {
    for (const batch of batchesOf(rows)) {
      this.#publisher ??= await this.#answered(this.kafka.publisher());
      const records = batch.map((row) => this.#recordOf(row));
      if (this.#now() - this.#heardAt > freshness) return;
      // crashpoint: relay.before-send
      const acknowledged = await this.#send(session, batch, records);
      // After a refusal the rows are taken anew: the held key's later ones must not go out.
      if (!acknowledged) return;
      // crashpoint: relay.after-ack
      await this.#alive(session.mark(this.#place(batch, records, acknowledged)));
      // crashpoint: relay.after-mark
    }
  }

  /** What the broker has not answered by the end is published by the next leader, again. */
  #answered<T>(question: Promise<T>): Promise<T> {
    return unlessAborted(this.#givenUp.signal, question);
  }

  /** A record that the broker refuses for good is held with its key; everything else goes on. */
  async #send(
    session: RelaySession,
    rows: readonly TakenRow[],
    records: readonly OutgoingRecord[],
  ): Promise<readonly Acknowledged[] | undefined> {
    try {
      return await this.#answered(this.#publisher!.publish(records));
    } catch (error) {
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      await this.#discardPublisher();
      if (rows.length === 1) {
        this.log('error', 'the broker refuses a record: its key is held', {
          id: rows[0]!.id,
          topic: rows[0]!.topic,
          key: rows[0]!.key,
          refused,
        });
        await session.hold(rows[0]!, refused);
        return undefined;
      }
      // Alone each, in order; a held key's later rows stay where they are.
      const held = new Set<string>();
      for (const row of rows) {
        if (held.has(`${row.topic}\n${row.key}`)) continue;
        this.#publisher ??= await this.#answered(this.kafka.publisher());
        const record = [this.#recordOf(row)];
        const acknowledged = await this.#send(session, [row], record);
        if (acknowledged) await this.#alive(session.mark(this.#place([row], record, acknowledged)));
        else held.add(`${row.topic}\n${row.key}`);
      }
      return undefined;
    }
  }

  #recordOf(row: TakenRow): OutgoingRecord {
    const { partitions, after } = this.#sizes.get(row.topic) ?? {
      partitions: this.topics.partitionsOf(row.topic),
      after: [],
    };
    return {
      topic: row.topic,
      partition: partitionOf(row.key, partitions),
      key: row.key,
      value: row.payload,
      headers: headersOf(row, this.source, after),
    };
  }

  /** Each record's offset: the broker tells the first of each partition, and they rise by one in the order sent. */
  #place(
    rows: readonly TakenRow[],
    records: readonly OutgoingRecord[],
    acknowledged: readonly Acknowledged[],
  ): PublishedRow[] {
    const next = new Map<string, bigint>();
    for (const { topic, partition, baseOffset } of acknowledged) {
      const place = `${topic}:${partition}`;
      const last = this.#lastOffsets.get(place);
      if (baseOffset < 0n || (last !== undefined && baseOffset <= last)) {
        throw new OffsetRegression(`${place} acknowledged offset ${baseOffset} after ${last ?? 'none'}`);
      }
      next.set(place, baseOffset);
    }
    return rows.map((row, index) => {
      const { topic, partition } = records[index]!;
      const place = `${topic}:${partition}`;
      const offset = next.get(place);
      if (offset === undefined) throw new OffsetRegression(`${place} was sent to and not acknowledged`);
      next.set(place, offset + 1n);
      this.#lastOffsets.set(place, offset);
      return { position: row.position, partition, offset };
    });
  }

  async #discard(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await this.#discardPublisher();
    await session
      ?.close()
      .catch((error: unknown) => this.log('warn', 'the relay session did not close', { error: String(error) }));
  }

  async #discardPublisher(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = undefined;
    await publisher
      ?.close()
      .catch((error: unknown) => this.log('warn', 'the publisher did not close', { error: String(error) }));
  }

  /** At most one poke is under way, and one more is remembered. */
  #poke(): void {
    if (this.#pokeWanted) return;
    this.#pokeWanted = true;
    this.world.timers.after(2, () => {
      this.#pokeWanted = false;
      this.store
        .poke()
        .catch((error: unknown) =>
          this.log('warn', 'the leader could not be poked: its poll finds the rows', { error: String(error) }),
        );
    });
  }
}

const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
]);

const refusalOf = (error: unknown): string | undefined => {
  const { type, cause } = error as { type?: string; cause?: unknown };
  if (type !== undefined && refusals.has(type)) return type;
  return cause === undefined || cause === error ? undefined : refusalOf(cause);
};
