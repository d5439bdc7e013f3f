import { afterText } from '../kafka/after.js';
import type { IncomingRecord } from '../kafka/kafka-client.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import type { RecordFile } from './record-file.js';

/** A record with its envelope, read but not decoded. */
export interface ToldRecord {
  readonly record: IncomingRecord;
  readonly envelope: Envelope;
  readonly at: Date;
}

/**
 * What was said on topics, each message once. The records lie in a file; memory holds for each its id, its time and its key's
 * number. By whichever order they are read, records of one partition keep theirs.
 */
export class ToldLog {
  readonly #placeOf = new Map<string, number>();
  readonly #times: number[] = [];
  readonly #keys: number[] = [];
  readonly #numberOf = new Map<string, number>();
  /** The latest time so far of each partition and topic: a clock that was set back must not turn their order round. */
  readonly #reached = new Map<string, number>();
  readonly #grown = new Map<string, string>();

  constructor(private readonly file: RecordFile) {}

  /** One that is there already is passed over. */
  add(record: IncomingRecord, { id }: Envelope): void {
    if (this.#placeOf.has(id)) return;
    this.#placeOf.set(id, this.file.length);
    const partition = `${record.topic}:${record.partition}`;
    const time = Math.max(
      timeOf(record).getTime(),
      this.#reached.get(this.#isFirstSinceGrowth(record, partition) ? record.topic : partition) ?? 0,
    );
    this.#reached.set(partition, time);
    this.#reached.set(record.topic, Math.max(time, this.#reached.get(record.topic) ?? 0));
    this.#times.push(time);
    this.#keys.push(this.#numbered(record.key ?? ''));
    this.file.append(record);
  }

  /** Whether a topic had grown when some of this was said. */
  hasGrown(topic: string): boolean {
    return [...this.#grown.keys()].some((partition) => partition.startsWith(`${topic}:`));
  }

  /** By then everything that lay on the topic before has been read, on all of its partitions. */
  #isFirstSinceGrowth(record: IncomingRecord, partition: string): boolean {
    const after = afterText(record);
    if (after === undefined || this.#grown.get(partition) === after) return false;
    this.#grown.set(partition, after);
    return true;
  }

  has(id: string): boolean {
    return this.#placeOf.has(id);
  }

  get(id: string): ToldRecord | undefined {
    const place = this.#placeOf.get(id);
    return place === undefined ? undefined : this.#at(place);
  }

  *byTime(): Generator<ToldRecord> {
    for (const place of this.#sorted((one, other) => this.#times[one]! - this.#times[other]!)) yield this.#at(place);
  }

  /** All of one key, be it on several topics, by time; then all of the next. */
  *byKey(): Generator<readonly [key: string, records: readonly ToldRecord[]]> {
    const places = this.#sorted(
      (one, other) => this.#keys[one]! - this.#keys[other]! || this.#times[one]! - this.#times[other]!,
    );
    const keys = [...this.#numberOf.keys()];
    for (let from = 0, to = 0; from < places.length; from = to) {
      const number = this.#keys[places[from]!]!;
      while (to < places.length && this.#keys[places[to]!] === number) to++;
      yield [keys[number]!, Array.from(places.subarray(from, to), (place) => this.#at(place))];
    }
  }

  close(): void {
    this.file.close();
  }

  #at(place: number): ToldRecord {
    const record = this.file.at(place) as IncomingRecord;
    return { record, envelope: readEnvelope(record.headers), at: timeOf(record) };
  }

  #numbered(key: string): number {
    const known = this.#numberOf.get(key);
    if (known !== undefined) return known;
    this.#numberOf.set(key, this.#numberOf.size);
    return this.#numberOf.size - 1;
  }

  #sorted(compare: (one: number, other: number) => number): Uint32Array {
    return Uint32Array.from(this.#times.keys()).sort((one, other) => compare(one, other) || one - other);
  }
}

const timeOf = ({ headers }: IncomingRecord): Date => new Date(headers['ce_time'] ?? 0);
