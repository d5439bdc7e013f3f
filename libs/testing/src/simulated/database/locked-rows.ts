import type { DatabaseTransaction } from './database-transaction.js';

/** The place of one key: what is committed, and what the transaction that holds its lock makes of it. */
export interface Slot<R extends object> {
  readonly rows: LockedRows<R>;
  readonly key: string;
  committed: R | undefined;
  owner: DatabaseTransaction | undefined;
  /** Whether the owner has written, and what: undefined where it has deleted. */
  written: boolean;
  pending: R | undefined;
  readonly waiting: Set<() => void>;
  /** Transactions that wait, or were woken and have not looked yet. */
  interested: number;
}

/** A set of rows that is kept up to date with what is committed. */
export interface RowIndex<R extends object> {
  changed(key: string, before: R | undefined, after: R | undefined): void;
}

/** Rows found by the value that a function gives of them. */
export class ValueIndex<R extends object> implements RowIndex<R> {
  readonly #keys = new Map<string, Set<string>>();

  constructor(private readonly of: (row: R) => string | undefined) {}

  changed(key: string, before: R | undefined, after: R | undefined): void {
    const [old, now] = [before && this.of(before), after && this.of(after)];
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
 * Rows of one table by their key, read-committed. A row that a transaction has locked, inserted, changed or deleted is its own
 * until it ends; others read what is committed, and wait when they want the row for themselves.
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
        waiting: new Set(),
        interested: 0,
      };
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** What a transaction, or nobody in particular, sees under a key. */
  read(key: string, as?: DatabaseTransaction): R | undefined {
    const slot = this.#slots.get(key);
    return slot && seen(slot, as);
  }

  /** Keys and rows that it sees, in no order. */
  *all(as?: DatabaseTransaction): Generator<[string, R]> {
    for (const slot of this.#slots.values()) {
      const row = seen(slot, as);
      if (row !== undefined) yield [slot.key, row];
    }
  }

  index<I extends RowIndex<R>>(index: I): I {
    for (const [key, row] of this.all()) index.changed(key, undefined, row);
    this.#indexes.push(index);
    return index;
  }

  /** The owner's end: what it wrote is there for all, or gone, and whoever waits looks again. */
  settle(slot: Slot<R>, committed: boolean): void {
    if (committed && slot.written) {
      const before = slot.committed;
      slot.committed = slot.pending;
      for (const index of this.#indexes) index.changed(slot.key, before, slot.committed);
    }
    slot.owner = undefined;
    slot.written = false;
    slot.pending = undefined;
    for (const wake of slot.waiting) wake();
    this.forgetIfEmpty(slot);
  }

  forgetIfEmpty(slot: Slot<R>): void {
    if (slot.committed === undefined && slot.owner === undefined && slot.interested === 0) this.#slots.delete(slot.key);
  }
}

export const seen = <R extends object>(slot: Slot<R>, as?: DatabaseTransaction): R | undefined =>
  as !== undefined && slot.owner === as && slot.written ? slot.pending : slot.committed;
