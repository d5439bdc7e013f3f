import type { Batch } from 'kafkajs';
import { previousEndsOf, previousEndsText, hasReached, type PreviousEnds } from '../../ports/previous-ends.js';
import {
  partitionKey,
  type IncomingRecord,
  type KafkaClient,
  type ReadOptions,
  type TopicPartition,
} from '../../ports/kafka-client.js';
import { UnreadableRecords } from '../../ports/errors.js';
import { fetchedOf, type Fetched } from './kafkajs-fetch-response.js';
import type { KafkajsReader } from './kafkajs-reader.js';

/** A range that is not read to its end. */
interface Reading extends TopicPartition {
  to: bigint;
  next: bigint;
  /** The ends that its next record comes after, and the ends of the topic when the wait began. */
  waitsFor?: { readonly after: PreviousEnds; readonly ends: ReadonlyMap<number, bigint> } | undefined;
}

/** A record of a range that is about to be delivered. */
interface Place {
  readonly reading: Reading;
  readonly offset: bigint;
}

/**
 * Reads ranges with a consumer of its own. kafkajs reads only as a member of a group and, at each join, from the group's offsets. So it
 * seeks at each join, and records before the ranges are skipped.
 */
export class KafkajsRangeRead {
  readonly #open: Map<string, Reading>;
  #finish: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  #ended = false;

  constructor(
    private readonly options: ReadOptions,
    private readonly endsOf: (topic: string) => ReturnType<KafkaClient['endOffsets']>,
  ) {
    const readings = options.ranges
      .filter(({ from, to }) => from < to)
      .map(({ topic, partition, from, to }): Reading => ({ topic, partition, to, next: from }));
    this.#open = new Map(readings.map((reading) => [partitionKey(reading), reading]));
  }

  get topics(): string[] {
    return [...new Set([...this.#open.values()].map(({ topic }) => topic))];
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  async run(reader: KafkajsReader): Promise<void> {
    const finished = new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
    finished.catch(() => undefined); // It is awaited below.
    const { consumer } = reader;
    consumer.on(consumer.events.GROUP_JOIN, () => this.#seekAll(reader));
    this.options.signal?.addEventListener('abort', () => this.#finish(), { once: true });
    try {
      await reader.start(({ batch }) => this.#take(reader, batch));
      if (!reader.hasCrashed) this.#seekAll(reader);
      await finished;
    } finally {
      this.#ended = true;
      await reader.close();
    }
  }

  /** Seeks before the first fetch of a membership, and once more in case the first join was too early. */
  #seekAll({ consumer }: KafkajsReader): void {
    for (const { topic, partition, next } of this.#open.values())
      consumer.seek({ topic, partition, offset: next.toString() });
  }

  async #take({ consumer }: KafkajsReader, batch: Batch): Promise<void> {
    const pause = (): void => consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]);
    const reading = this.#open.get(partitionKey(batch));
    if (!reading || this.#ended || this.options.signal?.aborted) return pause();
    if (reading.waitsFor) return pause();
    try {
      if (await this.#deliver(reading, fetchedOf(batch))) {
        if (reading.waitsFor) {
          pause();
          consumer.seek({ topic: reading.topic, partition: reading.partition, offset: reading.next.toString() });
        }
        return this.#resumeAll(consumer);
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#open.delete(partitionKey(batch));
    pause();
    this.#resumeAll(consumer);
    if (this.#open.size === 0) this.#finish();
  }

  /** Delivers the fetched records that lie in the range, whose end may move. True when more records follow. */
  async #deliver(reading: Reading, fetched: Fetched): Promise<boolean> {
    if (fetched.unreadable !== undefined) return this.#skipTheRest(fetched, fetched.unreadable);
    for (;;) {
      const records = fetched.records.filter(({ offset }) => offset >= reading.next && offset < reading.to);
      const { ready, waiting } = await this.#ready(reading, records);
      if (ready.length > 0) await this.options.onRecords(ready);
      if (waiting) {
        reading.next = waiting.offset;
        return true;
      }
      const reached = fetched.to < reading.to ? fetched.to : reading.to;
      if (reached > reading.next) this.#reach(reading, reached);
      if (reading.next < reading.to) return true;
      const { topic, partition, next: from } = reading;
      reading.to = (await this.options.onEnd?.({ topic, partition, from, to: reading.to })) ?? reading.to;
      if (reading.to <= from) return false;
      if (fetched.to <= from) return true;
    }
  }

  #reach(reading: Reading, offset: bigint): void {
    reading.next = offset;
    this.options.onReached?.({ topic: reading.topic, partition: reading.partition, offset });
  }

  #skipTheRest({ topic, partition, from: offset }: Fetched, reason: string): false {
    const at = { topic, partition, offset };
    if (!this.options.onUnreadable) throw new UnreadableRecords(at, reason);
    this.options.onUnreadable(at, reason);
    return false;
  }

  /** The records before the first one that must wait for undelivered records of other ranges, and that one: the range waits there. */
  async #ready(
    reading: Reading,
    records: readonly IncomingRecord[],
  ): Promise<{ readonly ready: readonly IncomingRecord[]; readonly waiting?: IncomingRecord }> {
    let known: string | undefined;
    for (const [index, record] of records.entries()) {
      const text = previousEndsText(record);
      if (text === undefined || text === known) continue;
      known = text;
      const after = previousEndsOf(record) ?? [];
      if (this.#isDone(reading, after, new Map())) continue;
      const here = { reading, offset: record.offset };
      const ends = new Map((await this.endsOf(reading.topic)).map(({ partition, end }) => [partition, end]));
      if (this.#isDone(reading, after, ends)) continue;
      // No relay lets partitions wait for each other: somebody else wrote a header that only a relay writes.
      if ([...this.#open.values()].every((each) => each === reading || this.#isBlocked(each, here))) continue;
      reading.waitsFor = { after, ends };
      return { ready: records.slice(0, index), waiting: record };
    }
    return { ready: records };
  }

  /** Whether a range still waits when everything before this place is delivered: one that can go on only was not resumed yet. */
  #isBlocked({ waitsFor, ...range }: Reading, here: Place): boolean {
    return waitsFor !== undefined && !this.#isDone(range, waitsFor.after, waitsFor.ends, here);
  }

  /** A range at its end, or a partition that is not read, has no further records. */
  #isDone(
    { topic, partition: own }: TopicPartition,
    after: PreviousEnds,
    ends: ReadonlyMap<number, bigint>,
    here?: Place,
  ): boolean {
    const reached = (partition: number): bigint | undefined => {
      if (partition === own) return undefined;
      const reading = this.#open.get(partitionKey({ topic, partition }));
      return reading !== undefined && reading === here?.reading ? here.offset : reading?.next;
    };
    return hasReached(after, reached, ends);
  }

  #resumeAll(consumer: KafkajsReader['consumer']): void {
    for (const reading of this.#open.values()) {
      const { waitsFor, topic, partition, next } = reading;
      if (!waitsFor || !this.#isDone(reading, waitsFor.after, waitsFor.ends)) continue;
      reading.waitsFor = undefined;
      consumer.seek({ topic, partition, offset: next.toString() });
      consumer.resume([{ topic, partitions: [partition] }]);
    }
  }
}
