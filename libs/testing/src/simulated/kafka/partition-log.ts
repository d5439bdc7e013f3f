import type { IncomingRecord, OutgoingRecord } from '@tradewind/messaging';

/** The records of one partition, by their offsets, which rise and may leave gaps. */
export class PartitionLog {
  #records: IncomingRecord[] = [];
  #end = 0n;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly topic: string,
    readonly partition: number,
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
    const bytes = value === null ? null : Buffer.from(value);
    this.#records.push({ topic: this.topic, partition: this.partition, offset, key, value: bytes, headers: { ...headers } });
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
    return offset;
  }

  /** Copies of the records from an offset on. */
  from(offset: bigint, most: number): IncomingRecord[] {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#records[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return this.#records.slice(low, low + most).map((record) => ({ ...record, value: record.value && Buffer.from(record.value), headers: { ...record.headers } }));
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
