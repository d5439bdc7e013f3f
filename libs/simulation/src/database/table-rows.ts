import { keyOf, type AnyTable, type Change, type LoadRequest } from '@tradewind/messaging/internals';
import { DatabaseError, uniqueViolation } from './database-error.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';
import { fromStored, inserted, toStored, updated, type StoredRow } from './stored-row.js';

/** Rows in which one of the properties is absent (NULL) are exempt. */
export interface UniqueConstraint {
  readonly table: string;
  readonly name: string;
  readonly properties: readonly string[];
}

/** A condition of every row. */
export interface CheckConstraint {
  readonly table: string;
  readonly name: string;
  readonly holds: (row: Readonly<Record<string, unknown>>) => boolean;
}

interface UniqueEntry {
  readonly key: string;
}

interface UniqueIndex {
  readonly constraint: UniqueConstraint;
  readonly entries: LockedRows<UniqueEntry>;
}

/** A table of the service: its rows and constraints. */
export class TableRows {
  readonly #rows: LockedRows<StoredRow>;
  readonly #indexes = new Map<string, ValueIndex<StoredRow>>();
  readonly #uniques: readonly UniqueIndex[];
  readonly #checks: readonly CheckConstraint[];

  constructor(
    readonly table: AnyTable,
    constraints: { readonly unique: readonly UniqueConstraint[]; readonly checks: readonly CheckConstraint[] },
  ) {
    this.#rows = new LockedRows(table.name);
    const isOfTable = ({ table: name }: { table: string }): boolean => name === table.name;
    this.#uniques = constraints.unique
      .filter(isOfTable)
      .map((constraint) => ({ constraint, entries: new LockedRows(constraint.name) }));
    this.#checks = constraints.checks.filter(isOfTable);
  }

  /** The committed rows, in key order. */
  committed(): object[] {
    return [...this.#rows.all()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => fromStored(this.table, row));
  }

  committedRow(key: string): object | undefined {
    const row = this.#rows.read(key);
    return row && fromStored(this.table, row);
  }

  /** `select … for update`: locks the rows that are visible at the start, in key order, and returns their values once locked. */
  async load(transaction: DatabaseTransaction, by: LoadRequest['by']): Promise<object[]> {
    const matches = (row: StoredRow): boolean =>
      [...by].some(([property, values]) => {
        if (typeof property !== 'string') return values.has(this.#key(row));
        return row[property] !== undefined && values.has(String(row[property]));
      });
    const rows: object[] = [];
    for (const key of this.#candidates(transaction, by)) {
      const row = await transaction.forUpdate(this.#rows, key, matches);
      if (row !== undefined) rows.push(fromStored(this.table, row));
    }
    return rows;
  }

  async save(transaction: DatabaseTransaction, kind: 'insert' | 'update', rows: readonly StoredRow[]): Promise<void> {
    for (const row of rows) this.#check(row);
    const sorted = kind === 'insert' ? [...rows].sort((a, b) => (this.#key(a) < this.#key(b) ? -1 : 1)) : rows;
    for (const row of sorted)
      await (kind === 'insert' ? this.#insertRow(transaction, row) : this.#update(transaction, row));
  }

  /** Inserts rows in a transaction of the simulation itself. */
  insert(transaction: DatabaseTransaction, rows: readonly object[]): Promise<void> {
    return this.save(
      transaction,
      'insert',
      rows.map((row) => toStored(this.table, row, 'insert')),
    );
  }

  async remove(transaction: DatabaseTransaction, keys: readonly string[]): Promise<void> {
    for (const key of [...keys].sort()) {
      const before = await transaction.update(this.#rows, key, () => undefined);
      if (before) await this.#updateIndexes(transaction, key, before, undefined);
    }
  }

  /** Validated copies of the rows to be saved. */
  stored(kind: 'insert' | 'update', changes: readonly Change[]): StoredRow[] {
    return changes.map((change) => toStored(this.table, change.row!, kind));
  }

  #key(row: StoredRow): string {
    return keyOf(this.table, row);
  }

  #candidates(transaction: DatabaseTransaction, by: LoadRequest['by']): string[] {
    const found = new Set<string>();
    for (const [property, values] of by) {
      if (typeof property !== 'string' || property === this.table.key) for (const value of values) found.add(value);
      else {
        const index = this.#indexOf(property);
        for (const value of values) for (const key of index.keys(value)) found.add(key);
        for (const key of transaction.lockedKeys(this.#rows)) found.add(key);
      }
    }
    return [...found].sort();
  }

  #indexOf(property: string): ValueIndex<StoredRow> {
    let index = this.#indexes.get(property);
    if (!index) {
      index = this.#rows.index(
        new ValueIndex<StoredRow>((row) => (row[property] === undefined ? undefined : String(row[property]))),
      );
      this.#indexes.set(property, index);
    }
    return index;
  }

  async #insertRow(transaction: DatabaseTransaction, wanted: StoredRow): Promise<void> {
    const row = inserted(this.table, wanted, transaction.startedAt);
    const key = this.#key(row);
    if (!(await transaction.insertIfNew(this.#rows, key, row))) throw uniqueViolation(`${this.table.name}_pkey`);
    await this.#updateIndexes(transaction, key, undefined, row);
  }

  async #update(transaction: DatabaseTransaction, wanted: StoredRow): Promise<void> {
    const key = this.#key(wanted);
    let row = wanted;
    const before = await transaction.update(
      this.#rows,
      key,
      (old) => (row = updated(this.table, wanted, old, transaction.startedAt)),
    );
    if (before) await this.#updateIndexes(transaction, key, before, row);
  }

  /** Updates the entries of the unique indexes. Waits for another transaction that holds an entry; an entry of another row violates the constraint. */
  async #updateIndexes(
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
      if (!holds(fromStored(this.table, row) as Record<string, unknown>)) {
        throw new DatabaseError(
          '23514',
          `new row for relation "${this.table.name}" violates check constraint "${name}"`,
          name,
        );
      }
    }
  }
}

const entryOf = ({ properties }: UniqueConstraint, row: StoredRow): string | undefined =>
  properties.some((property) => row[property] === undefined)
    ? undefined
    : JSON.stringify(properties.map((property) => row[property]));
