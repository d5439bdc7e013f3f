import {
  keyOf,
  keyText,
  UniqueConflict,
  type AnyTable,
  type Change,
  type Key,
  type RequestedChange,
} from '../ports/index.js';
import type { Load, Rows } from './handler-context.js';

type Row = Record<string, unknown>;

/** The rows of one table during a batch: as loaded, with the changes of earlier decisions, whichever function made them. */
export class LoadedTable {
  readonly #rows = new Map<string, object>();
  readonly #requested = new Set<string>();
  readonly #known = new Set<string>();
  readonly #changed = new Map<string, Change>();
  readonly #inserted = new Map<string, Change>();
  readonly #removedAfterInsert = new Set<string>();

  constructor(readonly table: AnyTable) {}

  /** The values of a load as text. Throws a TypeError for another declaration of the table, whose key and columns may differ. */
  valuesOf({ table, by, values }: Load<unknown, object, Key>, input: unknown, context: object): string[] {
    this.#checkDeclaration(table);
    const found = values(input, context);
    return by === table.key && typeof by !== 'string'
      ? Array.from(found, (key) => keyText(table, key))
      : ([...found] as string[]);
  }

  #checkDeclaration(table: AnyTable): void {
    if (table !== this.table)
      throw new TypeError(`${table.name} is declared twice: use the declaration that is in the lock order`);
  }

  request(keys: Iterable<string>): void {
    for (const key of keys) this.#requested.add(key);
  }

  add(rows: readonly object[]): void {
    for (const row of rows) {
      const key = keyOf(this.table, row);
      this.#rows.set(key, row);
      this.#known.add(key);
      this.#requested.add(key);
    }
  }

  /**
   * Throws a TypeError for a row that was not loaded: it is not locked, so it must not be changed. Throws UniqueConflict for an insert of a
   * row that exists, loaded or inserted earlier in the batch, as the database would in a transaction of its own.
   */
  check(requested: RequestedChange): void {
    this.#checkDeclaration(requested.table);
    const change = this.#resolved(requested);
    if (change.isNew && this.#rows.has(change.key)) throw new UniqueConflict(`${this.table.name}_pkey`);
    if (!change.isNew && !this.#requested.has(change.key))
      throw new TypeError(`${this.table.name} ${change.key} is to be saved but was not loaded`);
  }

  apply(requested: RequestedChange): void {
    const change = this.#resolved(requested);
    const { key, row } = change;
    // The same object as before: nothing changed, so nothing is written.
    if (row !== undefined && this.#rows.get(key) === row) return;
    const inserted = this.#inserted.get(key);
    if (change.isNew || (inserted && row !== undefined)) {
      this.#requested.add(key);
      this.#removedAfterInsert.delete(key);
      this.#inserted.set(key, { ...change, isNew: true });
    } else if (inserted) this.#removedAfterInsert.add(key);
    else this.#changed.set(key, change);
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }

  #resolved(change: RequestedChange): Change {
    const { isNew } = change;
    return { ...change, isNew: isNew === 'unless loaded' ? !this.#requested.has(change.key) : isNew };
  }

  view(load: Load<unknown, object, Key>, values: readonly string[]): Rows<object, Key> {
    const { table } = this;
    const requested = new Set(values);
    if (load.by === table.key) {
      return {
        get: (of) => {
          const key = keyText(table, of);
          if (!requested.has(key)) throw new TypeError(`${table.name} ${key} was not loaded`);
          return this.#rows.get(key);
        },
        all: () => [...requested].sort().flatMap((key) => this.#rows.get(key) ?? []),
      };
    }
    const property = String(load.by);
    const all = (): object[] =>
      [...this.#rows.values()]
        .filter((row) => requested.has(String((row as Row)[property])))
        .sort((a, b) => (keyOf(table, a) < keyOf(table, b) ? -1 : 1));
    return { get: (key) => all().find((row) => keyOf(table, row) === keyText(table, key)), all };
  }

  get changes(): readonly Change[] {
    const removed = [...this.#removedAfterInsert].map((key) => ({
      table: this.table,
      key,
      row: undefined,
      isNew: true,
    }));
    return [...this.#changed.values(), ...this.#inserted.values(), ...removed];
  }

  get known(): ReadonlySet<string> {
    return this.#known;
  }
}
