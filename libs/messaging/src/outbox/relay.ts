import { partitionOf } from '../message/partition-of.js';
import type { MessageRegistry, Topic } from '../message/index.js';
import {
  Aborted,
  backOff,
  KafkaAccessRefused,
  OffsetMismatch,
  orderingKeyOf,
  partitionKey,
  RecordsRejected,
  textOf,
  unlessAborted,
  WakeSignal,
  type Acknowledged,
  type KafkaClient,
  type Log,
  type OutgoingRecord,
  type PartitionCount,
  type PublishedRow,
  type Publisher,
  type RelaySession,
  type RuntimePorts,
  type Store,
  type TopicPartition,
  type UnpublishedRow,
} from '../ports/index.js';
import { logFields, SendSpans, traceOfRow } from '../tracing/index.js';
import { headersOf } from './envelope.js';
import { sendBatches } from './send-batches.js';

/** Records a send: kafkajs is quadratic above. */
const maxRecords = 1_000;
/** Poll interval when no notification arrives, also for partition increases. */
const pollIntervalMs = 1_000;
const candidateIntervalMs = 1_000;
const maxBackOffMs = 1_000;
/** After this time without an answer of the session another instance may lead: the rows are taken again. */
const maxRowAgeMs = 10_000;
/** A relay that stops publishes what is in the outbox for at most this time. */
const shutdownTimeoutMs = 3_000;

/** The broker acknowledged a batch below an earlier one: records may be lost, or another relay writes. */
export class OffsetRegression extends Error {
  override readonly name = 'OffsetRegression';
}

/** The topics of the service, and the declared partition count of any topic. */
export interface DeclaredTopics {
  readonly own: readonly Topic[];
  partitionCountOf(topic: string): number;
}

export interface RelayOptions {
  readonly topics: DeclaredTopics;
  /** The name of the service, for the envelope. */
  readonly source: string;
  readonly log: Log;
  /** Called before anything is published. Rejects with OffsetMismatch when database and topics contradict each other. */
  readonly checkPublished: () => Promise<void>;
  /** Called with OffsetMismatch, and with KafkaAccessRefused unless the brokers accepted this process before. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Publishes the outbox of one database: per key in commit order, at least once, by one process at a time. A row leaves the
 * outbox after the broker's acknowledgement, in the transaction that archives it. After a crash between the two it is published
 * again with the same id.
 */
export class Relay {
  readonly #wakeSignal: WakeSignal;
  readonly #stopping = new AbortController();
  readonly #abandoned = new AbortController();
  readonly #lastOffsets = new Map<string, bigint>();
  readonly #listeners: ((rows: readonly UnpublishedRow[]) => void)[] = [];
  #publisher: Publisher | undefined;
  #session: RelaySession | undefined;
  #run: Promise<void> | undefined;
  #failures = 0;
  /** The brokers answered in this process: a later denial is treated like an outage. */
  #connected = false;
  #lastError: unknown;
  #notifyScheduled = false;
  #partitionCounts: ReadonlyMap<string, PartitionCount> = new Map();
  #countsReadAt = 0;
  /** When the session last confirmed that it leads. */
  #confirmedAt = 0;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly ports: RuntimePorts,
    private readonly options: RelayOptions,
  ) {
    this.#wakeSignal = new WakeSignal(ports.timers);
  }

  static topicsFrom(contracts: MessageRegistry, own: readonly Topic[]): DeclaredTopics {
    const partitions = new Map([...contracts.topics, ...own].map((topic) => [topic.name, topic.partitions]));
    return { own, partitionCountOf: (topic) => partitions.get(topic) ?? 1 };
  }

  start(): void {
    this.#run ??= this.#loop();
  }

  /** Rows were committed in this process. */
  wake(): void {
    if (this.#session) this.#wakeSignal.notify();
    else this.#notifyLeader();
  }

  /** Calls back with rows that the broker has acknowledged. */
  onPublished(listener: (rows: readonly UnpublishedRow[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether this process publishes for its database. */
  get leads(): boolean {
    return this.#session !== undefined;
  }

  /** The epoch of the leadership that this process holds; undefined where it does not lead. */
  get epoch(): bigint | undefined {
    return this.#session?.epoch;
  }

  /** Undefined while all is well. */
  get problem(): string | undefined {
    if (this.#failures === 0) return undefined;
    return `relay: ${this.#failures} failed attempts in a row: ${textOf(this.#lastError)}`;
  }

  /** Publishes what is in the outbox, for a bounded time, and gives the leadership up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeSignal.notify();
    const cancel = this.ports.timers.after(shutdownTimeoutMs, () => this.#abandoned.abort());
    await this.#run;
    cancel();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        this.#session = await this.store.lead();
        if (!this.#session) {
          await this.#wakeSignal.wait(candidateIntervalMs);
          continue;
        }
        // crashpoint: relay.after-lead
        this.options.log('info', 'relay leads', { epoch: this.#session.epoch.toString() });
        this.#session.onNotify(() => this.#wakeSignal.notify());
        await this.#untilStopped(this.options.checkPublished());
        this.#connected = true;
        await this.#publishAll(this.#session);
      } catch (error) {
        const isRefused = error instanceof KafkaAccessRefused;
        if (error instanceof OffsetMismatch || (isRefused && !this.#connected)) {
          await this.#discard();
          return this.options.onFatal(error);
        }
        this.#lastError = error;
        this.#failures++;
        this.options.log('warn', 'relay starts again', { error: String(error), failures: this.#failures });
        await this.#discard();
        await this.ports.timers.wait(backOff(this.ports, this.#failures, 50, maxBackOffMs), this.#stopping.signal);
      }
    }
    await this.#discard();
  }

  /** Publishes until it is stopped or something fails. When it is stopped, it first publishes what is in the outbox. */
  async #publishAll(session: RelaySession): Promise<void> {
    await this.#refreshPartitionCounts(session);
    for (;;) {
      if (Math.abs(this.#now() - this.#countsReadAt) >= pollIntervalMs) await this.#refreshPartitionCounts(session);
      const rows = await this.#confirm(session.take(maxRecords));
      if (rows.length > 0) await this.#publish(session, rows);
      else if (this.#stopping.signal.aborted) return;
      else await this.#wakeSignal.wait(pollIntervalMs);
      this.#failures = 0;
    }
  }

  /** Runs between two batches, when everything sent is marked: then all that was published lies before the present ends of the topics. */
  async #refreshPartitionCounts(session: RelaySession): Promise<void> {
    const { own } = this.options.topics;
    let counts = await this.#confirm(session.partitionCounts(own));
    const increasing = counts.filter(({ increasingTo }) => increasingTo !== null);
    for (const count of increasing) await this.#increasePartitions(session, count);
    if (increasing.length > 0) counts = await this.#confirm(session.partitionCounts(own));
    this.#partitionCounts = new Map(counts.map((count) => [count.topic, count]));
    this.#countsReadAt = this.#now();
  }

  /** Applies an increase as soon as the broker has the partitions. Until then the topic keeps its count. */
  async #increasePartitions(session: RelaySession, { topic, partitions, increasingTo }: PartitionCount): Promise<void> {
    if (increasingTo === null) return;
    try {
      const known = await this.store.publishedEnds();
      const ends = await this.#untilStopped(this.kafka.endOffsets([topic]));
      if (ends.length !== increasingTo) return;
      const previousEnds = Array.from({ length: partitions }, (_, partition) => {
        const isSame = (other: TopicPartition): boolean => other.topic === topic && other.partition === partition;
        const [end = 0n, marked = 0n] = [ends.find(isSame)?.end, known.find(isSame)?.offset];
        return end > marked ? end : marked;
      });
      if (!(await this.#confirm(session.increasePartitions({ topic, partitions: increasingTo, previousEnds })))) return;
      this.options.log('info', 'partitions increased', { topic, partitions: increasingTo });
      // A client remembers the old partition count.
      await this.#discardPublisher();
    } catch (error) {
      if (error instanceof Aborted) throw error;
      this.options.log('warn', 'partition increase waits', { topic, error: String(error) });
    }
  }

  /** An answer of the session confirms that no other instance leads. */
  async #confirm<T>(answer: Promise<T>): Promise<T> {
    const requestedAt = this.#now();
    const result = await answer;
    this.#confirmedAt = requestedAt;
    return result;
  }

  #now(): number {
    return this.ports.clock.now().getTime();
  }

  async #publish(session: RelaySession, rows: readonly UnpublishedRow[]): Promise<void> {
    for (const batch of sendBatches(rows)) {
      const publisher = await this.#openPublisher();
      const records = batch.map((row) => this.#recordOf(row));
      if (this.#now() - this.#confirmedAt > maxRowAgeMs) return;
      // crashpoint: relay.before-send
      const acknowledged = await this.#traced(batch, () => this.#send(session, publisher, batch, records));
      // After a rejection the rows are taken again: later rows of a blocked key must not be published.
      if (!acknowledged) return;
      for (const listener of this.#listeners) listener(batch);
      // crashpoint: relay.after-ack
      await this.#confirm(session.mark(this.#publishedRows(batch, records, acknowledged)));
      // crashpoint: relay.after-mark
    }
  }

  async #traced<T>(rows: readonly UnpublishedRow[], send: () => Promise<T>): Promise<T> {
    const spans = SendSpans.begin(rows);
    try {
      const result = await send();
      spans?.end();
      return result;
    } catch (error) {
      spans?.end(error);
      throw error;
    }
  }

  async #openPublisher(): Promise<Publisher> {
    return (this.#publisher ??= await this.#untilStopped(this.kafka.publisher()));
  }

  /** What the broker has not answered by the end of the shutdown is published again by the next leader. */
  #untilStopped<T>(request: Promise<T>): Promise<T> {
    return unlessAborted(this.#abandoned.signal, request);
  }

  /** A record that the broker rejects for good blocks its key, and no other. */
  async #send(
    session: RelaySession,
    publisher: Publisher,
    rows: readonly UnpublishedRow[],
    records: readonly OutgoingRecord[],
  ): Promise<readonly Acknowledged[] | undefined> {
    try {
      return await this.#untilStopped(publisher.publish(records));
    } catch (error) {
      if (!(error instanceof RecordsRejected)) throw error;
      await this.#discardPublisher();
      const [row] = rows;
      if (row && rows.length === 1) {
        const { id, topic, key } = row;
        this.options.log('error', 'the broker rejects a record: its key is blocked', {
          id,
          topic,
          key,
          reason: error.reason,
          ...logFields({ correlation: row.correlation, trace: traceOfRow(row) }),
        });
        await session.block(row, error.reason);
        return undefined;
      }
      // Each row alone, in order. Later rows of a blocked key stay in the outbox.
      const blocked = new Set<string>();
      for (const each of rows) {
        if (blocked.has(orderingKeyOf(each))) continue;
        const record = [this.#recordOf(each)];
        const acknowledged = await this.#send(session, await this.#openPublisher(), [each], record);
        if (acknowledged) await this.#confirm(session.mark(this.#publishedRows([each], record, acknowledged)));
        else blocked.add(orderingKeyOf(each));
      }
      return undefined;
    }
  }

  #recordOf(row: UnpublishedRow): OutgoingRecord {
    const { partitions, previousEnds } = this.#partitionCounts.get(row.topic) ?? {
      partitions: this.options.topics.partitionCountOf(row.topic),
      previousEnds: [],
    };
    return {
      topic: row.topic,
      partition: partitionOf(row.key, partitions),
      key: row.key,
      value: row.payload,
      headers: headersOf(row, this.options.source, previousEnds),
    };
  }

  /** The offset of each record: the broker gives the first one of each partition, and they rise by one in the order sent. */
  #publishedRows(
    rows: readonly UnpublishedRow[],
    records: readonly OutgoingRecord[],
    acknowledged: readonly Acknowledged[],
  ): PublishedRow[] {
    const next = new Map<string, bigint>();
    for (const { topic, partition, baseOffset } of acknowledged) {
      const key = partitionKey({ topic, partition });
      const last = this.#lastOffsets.get(key);
      if (baseOffset < 0n || (last !== undefined && baseOffset <= last)) {
        throw new OffsetRegression(`${key} acknowledged offset ${baseOffset} after ${last ?? 'none'}`);
      }
      next.set(key, baseOffset);
    }
    return rows.map((row, index) => {
      const record = records[index];
      const key = record && partitionKey(record);
      const offset = key === undefined ? undefined : next.get(key);
      if (!record || key === undefined || offset === undefined)
        throw new OffsetRegression(`${key ?? row.topic} was sent to and not acknowledged`);
      next.set(key, offset + 1n);
      this.#lastOffsets.set(key, offset);
      return { position: row.position, partition: record.partition, offset };
    });
  }

  async #discard(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await this.#discardPublisher();
    await session
      ?.close()
      .catch((error: unknown) => this.options.log('warn', 'the relay session did not close', { error: String(error) }));
  }

  async #discardPublisher(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = undefined;
    await publisher
      ?.close()
      .catch((error: unknown) => this.options.log('warn', 'the publisher did not close', { error: String(error) }));
  }

  /** Sends one notification for all commits of the next two milliseconds. */
  #notifyLeader(): void {
    if (this.#notifyScheduled) return;
    this.#notifyScheduled = true;
    this.ports.timers.after(2, () => {
      this.#notifyScheduled = false;
      this.store
        .notify()
        .catch((error: unknown) =>
          this.options.log('warn', 'the leader was not notified: its poll finds the rows', { error: String(error) }),
        );
    });
  }
}
