import { keyOf, type AnyTable, type Change, type LoadRequest } from '@tradewind/messaging';
import { DatabaseError, uniqueViolation } from './database-error.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';
import { give, keep, type StoredRow } from './stored-row.js';

/** Properties that no two rows of a table share; a row that lacks one of them is left out, as NULL is. */
export interface UniqueConstraint {
  readonly table: string;
  readonly name: string;
  readonly of: readonly string[];
}

/** What every row of a table fulfils. */
export interface CheckConstraint {
  readonly table: string;
  readonly name: string;
  readonly holds: (row: Readonly<Record<string, unknown>>) => boolean;
}

interface Entry {
  readonly key: string;
}

interface Unique {
  readonly constraint: UniqueConstraint;
  readonly entries: LockedRows<Entry>;
}

/** A table of the service's own: its rows, and what must be so of them. */
export class TableRows {
  readonly #rows: LockedRows<StoredRow>;
  readonly #by = new Map<string, ValueIndex<StoredRow>>();
  readonly #uniques: readonly Unique[];
  readonly #checks: readonly CheckConstraint[];

  constructor(
    readonly table: AnyTable,
    constraints: { readonly unique: readonly UniqueConstraint[]; readonly checks: readonly CheckConstraint[] },
  ) {
    this.#rows = new LockedRows(table.name);
    const of = ({ table: name }: { table: string }): boolean => name === table.name;
    this.#uniques = constraints.unique
      .filter(of)
      .map((constraint) => ({ constraint, entries: new LockedRows(constraint.name) }));
    this.#checks = constraints.checks.filter(of);
  }

  /** The committed rows, in key order. */
  committed(): object[] {
    return [...this.#rows.all()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => give(this.table, row));
  }

  committedRow(key: string): object | undefined {
    const row = this.#rows.read(key);
    return row && give(this.table, row);
  }

  /** For update: what the statement sees when it begins is locked in key order, and given as it is once it is locked. */
  async load(transaction: DatabaseTransaction, by: LoadRequest['by']): Promise<object[]> {
    const matches = (row: StoredRow): boolean =>
      [...by].some(([property, values]) => row[property] !== undefined && values.has(String(row[property])));
    const rows: object[] = [];
    for (const key of this.#candidates(transaction, by)) {
      const row = await transaction.forUpdate(this.#rows, key, matches);
      if (row !== undefined) rows.push(give(this.table, row));
    }
    return rows;
  }

  async save(transaction: DatabaseTransaction, kind: 'insert' | 'update', rows: readonly StoredRow[]): Promise<void> {
    for (const row of rows) this.#check(row);
    const sorted = kind === 'insert' ? [...rows].sort((a, b) => (this.#key(a) < this.#key(b) ? -1 : 1)) : rows;
    for (const row of sorted)
      await (kind === 'insert' ? this.#insert(transaction, row) : this.#update(transaction, row));
  }

  async remove(transaction: DatabaseTransaction, keys: readonly string[]): Promise<void> {
    for (const key of [...keys].sort()) {
      const before = await transaction.update(this.#rows, key, () => undefined);
      if (before) await this.#moveEntries(transaction, key, before, undefined);
    }
  }

  /** Copies of the rows that a save is to write, taken at once; their values are checked here. */
  kept(changes: readonly Change[]): StoredRow[] {
    return changes.map((change) => keep(this.table, change.row!));
  }

  #key(row: StoredRow): string {
    return keyOf(this.table, row);
  }

  #candidates(transaction: DatabaseTransaction, by: LoadRequest['by']): string[] {
    const found = new Set<string>();
    for (const [property, values] of by) {
      if (property === this.table.key) for (const value of values) found.add(value);
      else {
        const index = this.#indexOf(property);
        for (const value of values) for (const key of index.keys(value)) found.add(key);
        for (const key of transaction.written(this.#rows)) found.add(key);
      }
    }
    return [...found].sort();
  }

  #indexOf(property: string): ValueIndex<StoredRow> {
    let index = this.#by.get(property);
    if (!index) {
      index = this.#rows.index(
        new ValueIndex<StoredRow>((row) => (row[property] === undefined ? undefined : String(row[property]))),
      );
      this.#by.set(property, index);
    }
    return index;
  }

  async #insert(transaction: DatabaseTransaction, row: StoredRow): Promise<void> {
    const key = this.#key(row);
    if (!(await transaction.insertIfNew(this.#rows, key, row))) throw uniqueViolation(`${this.table.name}_pkey`);
    await this.#moveEntries(transaction, key, undefined, row);
  }

  async #update(transaction: DatabaseTransaction, row: StoredRow): Promise<void> {
    const key = this.#key(row);
    const before = await transaction.update(this.#rows, key, () => row);
    if (before) await this.#moveEntries(transaction, key, before, row);
  }

  /** The entries of the unique indexes follow their row; one that is another's, once its transaction is over, violates the constraint. */
  async #moveEntries(
    transaction: DatabaseTransaction,
    key: string,
    before: StoredRow | undefined,
    after: StoredRow | undefined,
  ): Promise<void> {
    for (const { constraint, entries } of this.#uniques) {
      const [old, now] = [before && entryOf(constraint, before), after && entryOf(constraint, after)];
      if (old === now) continue;
      if (old !== undefined) await transaction.update(entries, old, () => undefined);
      if (now !== undefined && !(await transaction.insertIfNew(entries, now, { key })))
        throw uniqueViolation(constraint.name);
    }
  }

  #check(row: StoredRow): void {
    for (const { name, holds } of this.#checks) {
      if (!holds(give(this.table, row) as Record<string, unknown>)) {
        throw new DatabaseError(
          '23514',
          `new row for relation "${this.table.name}" violates check constraint "${name}"`,
          name,
        );
      }
    }
  }
}

const entryOf = ({ of }: UniqueConstraint, row: StoredRow): string | undefined =>
  of.some((property) => row[property] === undefined) ? undefined : JSON.stringify(of.map((property) => row[property]));
