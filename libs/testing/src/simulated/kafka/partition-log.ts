import type { IncomingRecord, OutgoingRecord } from '@tradewind/messaging';

/** The records of one partition, by their offsets, which rise and may leave gaps. */
export class PartitionLog {
  #records: IncomingRecord[] = [];
  #end = 0n;
  /** When each offset was appended, milliseconds since 1970. */
  readonly #times: number[] = [];
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly now: () => number,
  ) {}

  /** The offset that the next record gets. */
  get end(): bigint {
    return this.#end;
  }

  get records(): readonly IncomingRecord[] {
    return this.#records;
  }

  /** Gives the record's offset. */
  append({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): bigint {
    const offset = this.#end++;
    this.#times.push(this.now());
    const bytes = value === null ? null : Buffer.from(value);
    this.#records.push({
      topic: this.topic,
      partition: this.partition,
      offset,
      key,
      value: bytes,
      headers: { ...headers },
    });
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
    return offset;
  }

  /** The first offset that was appended no earlier, or the end. */
  firstAt(time: number): bigint {
    const found = this.#times.findIndex((each) => each >= time);
    return found < 0 ? this.#end : BigInt(found);
  }

  /** Copies of the records from an offset on. */
  from(offset: bigint, most: number): IncomingRecord[] {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return this.#records
      .slice(low, low + most)
      .map((record) => ({
        ...record,
        value: record.value && Buffer.from(record.value),
        headers: { ...record.headers },
      }));
  }

  /** Calls once, at the next record. */
  onNext(call: () => void): void {
    this.#listeners.add(call);
  }

  /** Keeps the latest record of each key, and the last record: what compaction does sooner or later. */
  compact(): void {
    const latest = new Map(this.#records.map((record) => [record.key, record.offset]));
    this.#records = this.#records.filter(({ key, offset }) => key === null || latest.get(key) === offset);
  }
}
