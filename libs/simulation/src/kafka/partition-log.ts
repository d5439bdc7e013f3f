import type { IncomingRecord, OffsetRange, OutgoingRecord } from '@tradewind/messaging/internals';

/** What a fetch brings of a partition: all its records between two offsets. */
export interface Fetched extends OffsetRange {
  readonly records: readonly IncomingRecord[];
}

/** The records of one partition by offset. Compaction and marks of transactions leave gaps. */
export class PartitionLog {
  #records: IncomingRecord[] = [];
  #end = 0n;
  /** Append time of each offset, milliseconds since 1970. */
  readonly #times: number[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly now: () => number,
  ) {}

  /** The offset of the next record. */
  get end(): bigint {
    return this.#end;
  }

  get records(): readonly IncomingRecord[] {
    return this.#records;
  }

  /** Returns the offset of the record. */
  append({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): bigint {
    const offset = this.#end++;
    const timestamp = new Date(this.now());
    this.#times.push(timestamp.getTime());
    const bytes = value === null ? null : Buffer.from(value);
    this.#records.push({
      topic: this.topic,
      partition: this.partition,
      offset,
      timestamp,
      key,
      value: bytes,
      headers: { ...headers },
    });
    this.#notify();
    return offset;
  }

  /** A mark of the broker: an offset without a record. */
  mark(): void {
    this.#end++;
    this.#times.push(this.now());
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }

  /** The first offset that was appended at this time or later, or the end. */
  firstAt(time: number): bigint {
    const found = this.#times.findIndex((each) => each >= time);
    return found < 0 ? this.#end : BigInt(found);
  }

  /** Copies of at most `limit` records from an offset on. */
  from(offset: bigint, limit: number): Fetched {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    const records = this.#records.slice(low, low + limit).map((record) => ({
      ...record,
      value: record.value && Buffer.from(record.value),
      headers: { ...record.headers },
    }));
    const last = low + limit < this.#records.length ? records.at(-1) : undefined;
    const to = last ? last.offset + 1n : this.#end;
    const { topic, partition } = this;
    return { topic, partition, from: offset, to: to > offset ? to : offset, records };
  }

  /** Calls back once, at the next append. */
  onNextAppend(call: () => void): void {
    this.#listeners.add(call);
  }

  /** Keeps the latest record of each key. */
  compact(): void {
    const latest = new Map(this.#records.map((record) => [record.key, record.offset]));
    this.#records = this.#records.filter(({ key, offset }) => key === null || latest.get(key) === offset);
  }
}
