/** A transaction, as far as locks are concerned. */
export interface LockOwner {
  readonly waitsFor: Slot<object> | undefined;
}

/** The row of one key: the committed value, and the uncommitted value of the transaction that holds the lock. */
export interface Slot<R extends object> {
  readonly rows: LockedRows<R>;
  readonly key: string;
  committed: R | undefined;
  owner: LockOwner | undefined;
  written: boolean;
  /** Valid when the owner has written; undefined for a deleted row. */
  pending: R | undefined;
  readonly wakeUps: Set<() => void>;
  /** Number of transactions that wait, or were woken and have not checked again. */
  waiters: number;
}

/** Receives every committed change. */
export interface RowIndex<R extends object> {
  changed(key: string, before: R | undefined, after: R | undefined): void;
}

/** Keys of committed rows by a value of the row. */
export class ValueIndex<R extends object> implements RowIndex<R> {
  readonly #keys = new Map<string, Set<string>>();

  constructor(private readonly valueOf: (row: R) => string | undefined) {}

  changed(key: string, before: R | undefined, after: R | undefined): void {
    const [old, now] = [before && this.valueOf(before), after && this.valueOf(after)];
    if (old === now) return;
    if (old !== undefined) this.#keys.get(old)?.delete(key);
    if (now === undefined) return;
    const keys = this.#keys.get(now);
    if (keys) keys.add(key);
    else this.#keys.set(now, new Set([key]));
  }

  keys(value: string): ReadonlySet<string> {
    return this.#keys.get(value) ?? none;
  }
}

const none: ReadonlySet<string> = new Set();

/**
 * Rows of one table by key, at isolation level read-committed. A transaction that locks, inserts, changes or deletes a row owns it
 * until it ends. Others read the committed value, and wait when they want to lock the row.
 */
export class LockedRows<R extends object> {
  readonly #slots = new Map<string, Slot<R>>();
  readonly #indexes: RowIndex<R>[] = [];

  constructor(readonly name: string) {}

  slot(key: string): Slot<R> {
    let slot = this.#slots.get(key);
    if (!slot) {
      slot = {
        rows: this,
        key,
        committed: undefined,
        owner: undefined,
        written: false,
        pending: undefined,
        wakeUps: new Set(),
        waiters: 0,
      };
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** The row that a transaction sees; without a transaction the committed row. */
  read(key: string, reader?: LockOwner): R | undefined {
    const slot = this.#slots.get(key);
    return slot && visibleRow(slot, reader);
  }

  /** All visible rows with their keys, unordered. */
  *all(reader?: LockOwner): Generator<[string, R]> {
    for (const slot of this.#slots.values()) {
      const row = visibleRow(slot, reader);
      if (row !== undefined) yield [slot.key, row];
    }
  }

  index<I extends RowIndex<R>>(index: I): I {
    for (const [key, row] of this.all()) index.changed(key, undefined, row);
    this.#indexes.push(index);
    return index;
  }

  /** The owner's transaction has ended: its change becomes visible or is dropped, and waiting transactions are woken. */
  release(slot: Slot<R>, committed: boolean): void {
    if (committed && slot.written) {
      const before = slot.committed;
      slot.committed = slot.pending;
      for (const index of this.#indexes) index.changed(slot.key, before, slot.committed);
    }
    slot.owner = undefined;
    slot.written = false;
    slot.pending = undefined;
    for (const wake of slot.wakeUps) wake();
    this.removeIfUnused(slot);
  }

  removeIfUnused(slot: Slot<R>): void {
    if (slot.committed === undefined && slot.owner === undefined && slot.waiters === 0) this.#slots.delete(slot.key);
  }
}

export const visibleRow = <R extends object>(slot: Slot<R>, reader?: LockOwner): R | undefined =>
  reader !== undefined && slot.owner === reader && slot.written ? slot.pending : slot.committed;
