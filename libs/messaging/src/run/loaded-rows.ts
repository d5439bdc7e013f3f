import type { AnyTable, Change, Load, Rows } from '../decide/index.js';
import { keyOf } from '../decide/index.js';

type Row = Record<string, unknown>;

/** The rows of one table during one transaction: as loaded, with the changes decided since. */
export class LoadedTable {
  readonly #rows = new Map<string, object>();
  readonly #asked = new Set<string>();
  readonly #known = new Set<string>();
  readonly #changed = new Map<string, Change>();
  readonly #fresh: Change[] = [];

  constructor(readonly table: AnyTable) {}

  asked(keys: Iterable<string>): void {
    for (const key of keys) this.#asked.add(key);
  }

  loaded(rows: readonly object[]): void {
    for (const row of rows) {
      const key = keyOf(this.table, row);
      this.#rows.set(key, row);
      this.#known.add(key);
      this.#asked.add(key);
    }
  }

  /** Throws a TypeError for a row that nobody asked for: it was not locked, so it can't be changed. */
  check(change: Change): void {
    if (!change.fresh && !this.#asked.has(change.key))
      throw new TypeError(`${this.table.name} ${change.key} is to be saved but was not asked for`);
  }

  apply(change: Change): void {
    if (change.fresh) return void this.#fresh.push(change);
    // The very object that was loaded: nothing has changed, so nothing is written.
    if (change.row !== undefined && this.#rows.get(change.key) === change.row) return;
    this.#changed.set(change.key, change);
    if (change.row === undefined) this.#rows.delete(change.key);
    else this.#rows.set(change.key, change.row);
  }

  view(load: Load<unknown, object>, values: readonly string[]): Rows<object> {
    const { table } = this;
    if (load.by === table.key) {
      const asked = new Set(values);
      return {
        get: (key) => {
          if (!asked.has(key)) throw new TypeError(`${table.name} ${key} was not asked for`);
          return this.#rows.get(key);
        },
        all: () => [...asked].sort().flatMap((key) => this.#rows.get(key) ?? []),
      };
    }
    const wanted = new Set(values);
    const all = (): object[] =>
      [...this.#rows.values()]
        .filter((row) => wanted.has(String((row as Row)[load.by])))
        .sort((a, b) => (keyOf(table, a) < keyOf(table, b) ? -1 : 1));
    return { get: (key) => all().find((row) => keyOf(table, row) === key), all };
  }

  get changes(): readonly Change[] {
    return [...this.#changed.values(), ...this.#fresh];
  }

  get known(): ReadonlySet<string> {
    return this.#known;
  }
}
