import type { Unreadable } from '../audit/events.js';
import type { KeyRecords, SeenRecord } from '../audit/order.js';
import { IdList, isId } from './id-list.js';

/** What a record of a topic is to the audit: its place and its headers. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Numbers that are kept of a record. */
const width = 6;

/** The records of one topic, some fifty bytes each. Sorted only when they are asked for. */
export class RecordLog {
  readonly #ids = new IdList();
  readonly #keys = new Names();
  readonly #types = new Names();
  readonly #afters = new Names();
  /** Partition, offset, sequence, key, type and what it comes after, of each. */
  #columns = new Float64Array(width * 1024);
  readonly unreadable: Unreadable[] = [];

  constructor(readonly topic: string) {}

  get size(): number {
    return this.#ids.length;
  }

  /** The headers are read here and nowhere else: not by the code of those who wrote them. */
  add({ partition, offset, key, headers }: RawRecord): void {
    const id = headers['ce_id'] ?? '';
    const sequence = headers['ce_sequence'] ?? '';
    const why = !isId(id)
      ? 'no id'
      : !/^\d{1,15}$/.test(sequence)
        ? 'no sequence'
        : key === null
          ? 'no key'
          : undefined;
    if (why !== undefined)
      return void this.unreadable.push({ topic: this.topic, partition, offset: Number(offset), why });
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
        this.#afters.numberOf(headers['ce_after'] ?? ''),
      ],
      at,
    );
    this.#ids.add(id);
  }

  /** Rising, repeats side by side. */
  *ids(): Generator<string> {
    for (const index of this.#sorted((a, b) => this.#ids.compare(a, b))) yield this.#ids.at(index);
  }

  /** The records themselves in the order of their ids, repeats side by side. */
  *byId(): Generator<SeenRecord> {
    for (const index of this.#sorted((a, b) => this.#ids.compare(a, b))) yield this.#record(index);
  }

  /** Key by key. */
  *byKey(): Generator<KeyRecords> {
    const columns = this.#columns;
    const order = this.#sorted(
      (a, b) =>
        columns[a * width + 3]! - columns[b * width + 3]! ||
        columns[a * width]! - columns[b * width]! ||
        columns[a * width + 1]! - columns[b * width + 1]!,
    );
    let group: SeenRecord[] = [];
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

  #record(index: number): SeenRecord {
    const [partition, offset, sequence, key, type, after] = this.#columns.subarray(index * width, (index + 1) * width);
    const ends = this.#afters.at(after!);
    return {
      topic: this.topic,
      id: this.#ids.at(index),
      partition: partition!,
      offset: offset!,
      sequence: sequence!,
      key: this.#keys.at(key!),
      type: this.#types.at(type!),
      after: ends === '' ? [] : ends.split(',').map(Number),
    };
  }

  #sorted(compare: (a: number, b: number) => number): Uint32Array {
    return Uint32Array.from({ length: this.size }, (_, index) => index).sort(compare);
  }
}

/** Strings that repeat, kept once. */
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
