import type { UnreadableRecord } from '../invariants/events.js';
import type { KeyRecords, TopicRecord } from '../invariants/key-order.js';
import { IdList, isId } from './id-list.js';

/** A record of a topic without its value. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Numbers stored for a record. */
const width = 6;

/** The records of one topic, about 50 bytes each. Sorted on demand. */
export class RecordLog {
  readonly #ids = new IdList();
  readonly #keys = new Names();
  readonly #types = new Names();
  readonly #previousEnds = new Names();
  /** Partition, offset, sequence, key, type and previous ends of each record. */
  #columns = new Float64Array(width * 1024);
  readonly unreadable: UnreadableRecord[] = [];

  constructor(readonly topic: string) {}

  get size(): number {
    return this.#ids.length;
  }

  /** Reads the headers itself, without the code of the library that wrote them. */
  add({ partition, offset, key, headers }: RawRecord): void {
    const id = headers['ce_id'] ?? '';
    const sequence = headers['ce_sequence'] ?? '';
    const reason = !isId(id)
      ? 'no id'
      : !/^\d{1,15}$/.test(sequence)
        ? 'no sequence'
        : key === null
          ? 'no key'
          : undefined;
    if (reason !== undefined)
      return void this.unreadable.push({ topic: this.topic, partition, offset: Number(offset), reason });
    const at = this.size * width;
    if (at === this.#columns.length) {
      const wider = new Float64Array(at * 2);
      wider.set(this.#columns);
      this.#columns = wider;
    }
    this.#columns.set(
      [
        partition,
        Number(offset),
        Number(sequence),
        this.#keys.numberOf(key!),
        this.#types.numberOf(headers['ce_type'] ?? ''),
        this.#previousEnds.numberOf(headers['ce_previousends'] ?? ''),
      ],
      at,
    );
    this.#ids.add(id);
  }

  /** Sorted, with repeats. */
  *ids(): Generator<string> {
    for (const index of this.#sorted((a, b) => this.#ids.compare(a, b))) yield this.#ids.at(index);
  }

  /** The records sorted by id, with repeats. */
  *byId(): Generator<TopicRecord> {
    for (const index of this.#sorted((a, b) => this.#ids.compare(a, b))) yield this.#record(index);
  }

  /** The records of each key, sorted by partition and offset. */
  *byKey(): Generator<KeyRecords> {
    const columns = this.#columns;
    const order = this.#sorted(
      (a, b) =>
        columns[a * width + 3]! - columns[b * width + 3]! ||
        columns[a * width]! - columns[b * width]! ||
        columns[a * width + 1]! - columns[b * width + 1]!,
    );
    let group: TopicRecord[] = [];
    for (const index of order) {
      const record = this.#record(index);
      if (group.length > 0 && group[0]!.key !== record.key) {
        yield group;
        group = [];
      }
      group.push(record);
    }
    if (group.length > 0) yield group;
  }

  #record(index: number): TopicRecord {
    const [partition, offset, sequence, key, type, previousEnds] = this.#columns.subarray(
      index * width,
      (index + 1) * width,
    );
    const ends = this.#previousEnds.at(previousEnds!);
    return {
      topic: this.topic,
      id: this.#ids.at(index),
      partition: partition!,
      offset: offset!,
      sequence: sequence!,
      key: this.#keys.at(key!),
      type: this.#types.at(type!),
      previousEnds: ends === '' ? [] : ends.split(',').map(Number),
    };
  }

  #sorted(compare: (a: number, b: number) => number): Uint32Array {
    return Uint32Array.from({ length: this.size }, (_, index) => index).sort(compare);
  }
}

/** Stores each of the repeating strings once. */
class Names {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  at(number: number): string {
    return this.#names[number]!;
  }
}
