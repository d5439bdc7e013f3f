import type { ById } from '../invariants/by-id.js';
import { IdList, isId } from './id-list.js';

/** The values of one property of many rows. */
export interface Column<T> {
  add(value: T): void;
  at(index: number): T;
}

type Columns<R> = { readonly [P in keyof R]: Column<R[P]> };

/** Many rows in a few bytes each. A row is made when it is read, and the next one replaces it in memory. */
export class CompactTable<R extends object> implements Iterable<R> {
  readonly #names: (keyof R)[];
  #length = 0;

  constructor(private readonly columns: Columns<R>) {
    this.#names = Object.keys(columns) as (keyof R)[];
  }

  get length(): number {
    return this.#length;
  }

  add(row: R): void {
    for (const name of this.#names) this.columns[name].add(row[name]);
    this.#length++;
  }

  at(index: number): R {
    const row: Partial<R> = {};
    for (const name of this.#names) row[name] = this.columns[name].at(index);
    return row as R;
  }

  *[Symbol.iterator](): Generator<R> {
    for (let index = 0; index < this.#length; index++) yield this.at(index);
  }
}

/** Rows by UUID, which are added in the order of their ids. Other ids are few, and in any order. */
export class TableById<R extends object> implements ById<R> {
  readonly #others = new Map<string, R>();
  readonly #ids = new IdList();
  readonly #rows: CompactTable<R>;

  constructor(columns: Columns<R>) {
    this.#rows = new CompactTable(columns);
  }

  get size(): number {
    return this.#ids.length + this.#others.size;
  }

  /** Throws a RangeError when the UUID is not the greatest so far. */
  add(id: string, row: R): void {
    if (!isId(id)) return void this.#others.set(id, row);
    const last = this.#ids.length - 1;
    this.#ids.add(id);
    if (last >= 0 && this.#ids.compare(last, last + 1) >= 0)
      throw new RangeError(`${id} is not after ${this.#ids.at(last)}`);
    this.#rows.add(row);
  }

  get(id: string): R | undefined {
    if (!isId(id)) return this.#others.get(id);
    const index = this.#ids.indexOf(id);
    return index < 0 ? undefined : this.#rows.at(index);
  }

  has(id: string): boolean {
    return isId(id) ? this.#ids.indexOf(id) >= 0 : this.#others.has(id);
  }

  *keys(): Generator<string> {
    yield* this.#ids;
    yield* this.#others.keys();
  }

  *[Symbol.iterator](): Generator<[string, R]> {
    for (let index = 0; index < this.#ids.length; index++) yield [this.#ids.at(index), this.#rows.at(index)];
    yield* this.#others;
  }
}

/** The same ids, with a value of each row. */
export const valuesOf = <R extends object, T>(table: TableById<R>, valueOf: (row: R) => T): ById<T> => ({
  get size() {
    return table.size;
  },
  get(id) {
    const row = table.get(id);
    return row && valueOf(row);
  },
  has: (id) => table.has(id),
  keys: () => table.keys(),
  *[Symbol.iterator]() {
    for (const [id, row] of table) yield [id, valueOf(row)];
  },
});

/** UUIDs in 16 bytes each. */
export const ids = (): Column<string> => new IdList();

/** Numbers in an array of a fixed kind. */
export function numbers(make: (length: number) => Uint32Array | Float64Array): Column<number> {
  let column = make(1_024);
  let length = 0;
  return {
    add(value) {
      if (length === column.length) column = widened(column, make(length * 2));
      column[length++] = value;
    },
    at: (index) => column[index]!,
  };
}

/** Few different values, each stored once. */
export function names<T>(): Column<T> {
  const values: T[] = [];
  const indexes = new Map<T, number>();
  const column = numbers((length) => new Uint32Array(length));
  return {
    add(value) {
      let index = indexes.get(value);
      if (index === undefined) indexes.set(value, (index = values.push(value) - 1));
      column.add(index);
    },
    at: (index) => values[column.at(index)] as T,
  };
}

/** Exact whole numbers in 8 bytes each. */
export function integers(): Column<bigint> {
  /** Those that need more than 64 bits, by index. */
  const large = new Map<number, bigint>();
  let column = new BigInt64Array(1_024);
  let length = 0;
  return {
    add(value) {
      if (length === column.length) column = widened(column, new BigInt64Array(length * 2));
      if (BigInt.asIntN(64, value) === value) column[length] = value;
      else large.set(length, value);
      length++;
    },
    at: (index) => large.get(index) ?? column[index]!,
  };
}

/** Texts of any kind, in their bytes in UTF-8 and 4 more. */
export function texts(): Column<string> {
  let bytes = Buffer.alloc(64 * 1_024);
  let ends = new Float64Array(1_024);
  let length = 0;
  const startOf = (index: number): number => (index === 0 ? 0 : ends[index - 1]!);
  return {
    add(value) {
      const start = startOf(length);
      const size = Buffer.byteLength(value);
      if (start + size > bytes.length) bytes = Buffer.concat([bytes], Math.max(bytes.length * 2, start + size));
      bytes.write(value, start);
      if (length === ends.length) ends = widened(ends, new Float64Array(length * 2));
      ends[length++] = start + size;
    },
    at: (index) => bytes.toString('utf8', startOf(index), ends[index]),
  };
}

function widened<A extends { set(values: A): void }>(values: A, wider: A): A {
  wider.set(values);
  return wider;
}
