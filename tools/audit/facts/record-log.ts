import { createHash } from 'node:crypto';
import type { UnreadableRecord } from '../invariants/events.js';
import type { KeyRecords, TopicRecord } from '../invariants/key-order.js';
import { names, numbers } from './compact-table.js';
import { IdList, isId } from './id-list.js';

/** A record of a topic without its value. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The records of one topic, about 55 bytes each. Sorted on demand. */
export class RecordLog {
  readonly #ids = new IdList();
  readonly #keys = new Keys();
  readonly #partitions = numbers((length) => new Uint32Array(length));
  readonly #offsets = numbers((length) => new Float64Array(length));
  readonly #sequences = numbers((length) => new Float64Array(length));
  readonly #types = names<string>();
  readonly #previousEnds = names<string>();
  readonly unreadable: UnreadableRecord[] = [];
  /** Several sections read the records by id. */
  #byId: Uint32Array | undefined;

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
      : !/^\d{1,18}$/.test(sequence) || !Number.isSafeInteger(Number(sequence))
        ? 'no sequence'
        : key === null
          ? 'no key'
          : undefined;
    if (reason !== undefined)
      return void this.unreadable.push({ topic: this.topic, partition, offset: Number(offset), reason });
    this.#byId = undefined;
    this.#ids.add(id);
    this.#keys.add(key!);
    this.#partitions.add(partition);
    this.#offsets.add(Number(offset));
    this.#sequences.add(Number(sequence));
    this.#types.add(headers['ce_type'] ?? '');
    this.#previousEnds.add(headers['ce_previousends'] ?? '');
  }

  /** Sorted, with repeats. */
  *ids(): Generator<string> {
    for (const index of this.#sortedById()) yield this.#ids.at(index);
  }

  /** The records sorted by id, with repeats. */
  *byId(): Generator<TopicRecord> {
    for (const index of this.#sortedById()) yield this.#record(index);
  }

  /** The records of each key, sorted by partition and offset. */
  *byKey(): Generator<KeyRecords> {
    const order = this.#keys.sorted(
      (a, b) => this.#partitions.at(a) - this.#partitions.at(b) || this.#offsets.at(a) - this.#offsets.at(b),
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
    const ends = this.#previousEnds.at(index);
    return {
      topic: this.topic,
      id: this.#ids.at(index),
      partition: this.#partitions.at(index),
      offset: this.#offsets.at(index),
      sequence: this.#sequences.at(index),
      key: this.#keys.at(index),
      type: this.#types.at(index),
      previousEnds: ends === '' ? [] : ends.split(',').map(Number),
    };
  }

  #sortedById(): Uint32Array {
    return (this.#byId ??= this.#ids.sorted());
  }
}

/** Keys: a UUID in its 16 bytes; another text by 16 bytes of its hash, and the text once. */
class Keys {
  readonly #ids = new IdList();
  readonly #others = new Map<string, string>();

  add(key: string): void {
    if (isId(key)) return this.#ids.add(key);
    const id = idOfText(key);
    this.#others.set(id, key);
    this.#ids.add(id);
  }

  at(index: number): string {
    const id = this.#ids.at(index);
    return this.#others.get(id) ?? id;
  }

  sorted(then: (a: number, b: number) => number): Uint32Array {
    return this.#ids.sorted(then);
  }
}

function idOfText(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
