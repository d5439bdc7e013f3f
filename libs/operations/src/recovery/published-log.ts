import { previousEndsText, readEnvelope, type Envelope, type IncomingRecord } from '@tradewind/messaging/internals';
import type { RecordFile } from './record-file.js';

/** A record with its envelope, not decoded yet. */
export interface PublishedRecord {
  readonly record: IncomingRecord;
  readonly envelope: Envelope;
  readonly at: Date;
}

/**
 * The records of topics, each message once. The records are in a file; memory holds id, time and key number of each. Every order
 * in which they are read keeps the order of each partition.
 */
export class PublishedLog {
  readonly #indexOf = new Map<string, number>();
  readonly #times: number[] = [];
  readonly #keys: number[] = [];
  readonly #keyNumbers = new Map<string, number>();
  /** Latest time so far, of each partition and topic: a clock that was set back must not change their order. */
  readonly #latest = new Map<string, number>();
  /** Last header with previous ends, by partition. */
  readonly #previousEnds = new Map<string, string>();

  constructor(private readonly file: RecordFile) {}

  /** Skips a message that is already there. */
  add(record: IncomingRecord, { id }: Envelope): void {
    if (this.#indexOf.has(id)) return;
    this.#indexOf.set(id, this.file.length);
    const partition = `${record.topic}:${record.partition}`;
    const orderedAfter = this.#isFirstSinceIncrease(record, partition) ? record.topic : partition;
    const time = Math.max(timeOf(record).getTime(), this.#latest.get(orderedAfter) ?? 0);
    this.#latest.set(partition, time);
    this.#latest.set(record.topic, Math.max(time, this.#latest.get(record.topic) ?? 0));
    this.#times.push(time);
    this.#keys.push(this.#keyNumber(record.key ?? ''));
    this.file.append(record);
  }

  /** Whether records were published after a partition increase of the topic. */
  hasPartitionIncrease(topic: string): boolean {
    return [...this.#previousEnds.keys()].some((partition) => partition.startsWith(`${topic}:`));
  }

  /** The first record of a partition after an increase comes after everything that was on the topic before, on all partitions. */
  #isFirstSinceIncrease(record: IncomingRecord, partition: string): boolean {
    const previousEnds = previousEndsText(record);
    if (previousEnds === undefined || this.#previousEnds.get(partition) === previousEnds) return false;
    this.#previousEnds.set(partition, previousEnds);
    return true;
  }

  has(id: string): boolean {
    return this.#indexOf.has(id);
  }

  get(id: string): PublishedRecord | undefined {
    const index = this.#indexOf.get(id);
    return index === undefined ? undefined : this.#at(index);
  }

  *byTime(): Generator<PublishedRecord> {
    for (const index of this.#sorted((a, b) => this.#timeAt(a) - this.#timeAt(b))) yield this.#at(index);
  }

  /** All records of one key, over all topics, by time; then those of the next key. */
  *byKey(): Generator<readonly [key: string, records: readonly PublishedRecord[]]> {
    const indexes = this.#sorted((a, b) => this.#keyAt(a) - this.#keyAt(b) || this.#timeAt(a) - this.#timeAt(b));
    let [start, end] = [0, 0];
    for (const [key, number] of this.#keyNumbers) {
      while (end < indexes.length && this.#keyAt(indexes[end]) === number) end++;
      yield [key, Array.from(indexes.subarray(start, end), (index) => this.#at(index))];
      start = end;
    }
  }

  close(): void {
    this.file.close();
  }

  #at(index: number): PublishedRecord {
    const record = this.file.at(index) as IncomingRecord;
    return { record, envelope: readEnvelope(record.headers), at: timeOf(record) };
  }

  #timeAt(index: number): number {
    return this.#times[index] ?? 0;
  }

  #keyAt(index = -1): number {
    return this.#keys[index] ?? -1;
  }

  #keyNumber(key: string): number {
    const known = this.#keyNumbers.get(key);
    if (known !== undefined) return known;
    this.#keyNumbers.set(key, this.#keyNumbers.size);
    return this.#keyNumbers.size - 1;
  }

  #sorted(compare: (a: number, b: number) => number): Uint32Array {
    return Uint32Array.from(this.#times.keys()).sort((a, b) => compare(a, b) || a - b);
  }
}

const timeOf = ({ headers }: IncomingRecord): Date => new Date(headers['ce_time'] ?? 0);
