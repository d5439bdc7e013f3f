import type { Simulation } from '../simulation.js';
import { connectionLost, DatabaseError } from './database-error.js';
import { seen, type LockedRows, type Slot } from './locked-rows.js';

/** After this long (microseconds) a wait looks whether it is part of a deadlock, as PostgreSQL's `deadlock_timeout` has it. */
const deadlockTimeout = 1_000_000;

type AnySlot = Slot<object>;

/** How long a lock is waited for, and what the wait then ends with. */
export interface LockLimit {
  readonly milliseconds: number;
  readonly code: '55P03' | '57014';
}

/** A transaction inside the database: the locks that it holds, and what it waits for. */
export class DatabaseTransaction {
  /** What `now()` gives in it. */
  readonly startedAt: number;
  readonly #held = new Set<AnySlot>();
  #waitsFor: AnySlot | undefined;
  #giveUp: ((error: Error) => void) | undefined;
  #abandoned = false;
  #over = false;
  #committed = false;

  constructor(
    private readonly simulation: Simulation,
    private readonly database: string,
    private readonly limit?: LockLimit,
  ) {
    this.startedAt = simulation.instant;
  }

  /** What `pg_xact_status` says of it. */
  get status(): 'in progress' | 'committed' | 'aborted' {
    if (!this.#over) return 'in progress';
    return this.#committed ? 'committed' : 'aborted';
  }

  get over(): boolean {
    return this.#over;
  }

  /** Takes the lock of a row, whether the row is there or not; a promise where somebody else has it. */
  acquire<R extends object>(slot: Slot<R>): Promise<void> | undefined {
    if (slot.owner === this) return undefined;
    if (slot.owner !== undefined) return this.#acquireInTime(slot);
    this.#own(slot);
    return undefined;
  }

  /** Locks a row for update and gives what is then there; what is not visible is not waited for. */
  async forUpdate<R extends object>(
    rows: LockedRows<R>,
    key: string,
    matches: (row: R) => boolean = () => true,
  ): Promise<R | undefined> {
    const found = rows.read(key, this);
    if (found === undefined || !matches(found)) return undefined;
    const slot = rows.slot(key);
    const had = slot.owner === this;
    const wait = this.acquire(slot);
    if (wait) await wait;
    const row = seen(slot, this);
    if (row !== undefined && matches(row)) return row;
    if (!had) this.#letGo(slot);
    return undefined;
  }

  /** Inserts unless a row of that key is there, by then; whether it did. */
  async insertIfNew<R extends object>(rows: LockedRows<R>, key: string, row: R): Promise<boolean> {
    const slot = rows.slot(key);
    const had = slot.owner === this;
    const wait = this.acquire(slot);
    if (wait) await wait;
    if (seen(slot, this) === undefined) {
      this.write(slot, row);
      return true;
    }
    if (!had) this.#letGo(slot);
    return false;
  }

  /** Inserts, or changes the row that is there by then. */
  async upsert<R extends object>(rows: LockedRows<R>, key: string, row: (before: R | undefined) => R): Promise<R> {
    const slot = rows.slot(key);
    const wait = this.acquire(slot);
    if (wait) await wait;
    const written = row(seen(slot, this));
    this.write(slot, written);
    return written;
  }

  /** Changes or deletes the row when it is there and still matches; the row as it was. */
  async update<R extends object>(
    rows: LockedRows<R>,
    key: string,
    change: (row: R) => R | undefined,
    matches?: (row: R) => boolean,
  ): Promise<R | undefined> {
    const row = await this.forUpdate(rows, key, matches);
    if (row !== undefined) this.write(rows.slot(key), change(row));
    return row;
  }

  write<R extends object>(slot: Slot<R>, row: R | undefined): void {
    slot.written = true;
    slot.pending = row;
  }

  /** Keys of a table's rows that this transaction holds. */
  *written(rows: object): Generator<string> {
    for (const slot of this.#held) if (slot.rows === rows) yield slot.key;
  }

  commit(): void {
    this.#end(true);
  }

  rollback(): void {
    this.#end(false);
  }

  /** The session was terminated: what waits hears of it. */
  terminate(error: Error): void {
    const giveUp = this.#giveUp;
    this.rollback();
    giveUp?.(error);
  }

  /** The client is gone. A backend that waits for a lock finds that out when it has it. */
  abandon(): void {
    this.#abandoned = true;
    if (!this.#waitsFor) this.rollback();
  }

  #end(committed: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#committed = committed;
    this.#waitsFor = undefined;
    for (const slot of this.#held) slot.rows.settle(slot, committed);
    this.#held.clear();
  }

  #own(slot: AnySlot): void {
    slot.owner = this;
    this.#held.add(slot);
  }

  #letGo(slot: AnySlot): void {
    this.#held.delete(slot);
    slot.rows.settle(slot, false);
  }

  async #acquireInTime(slot: AnySlot): Promise<void> {
    const since = this.simulation.later(deadlockTimeout, this.database, 'looks for a deadlock', () => {
      if (this.#isInCycle()) this.#giveUp?.(new DatabaseError('40P01', 'deadlock detected'));
    });
    const tooLong = this.#limited();
    slot.interested++;
    try {
      while (slot.owner !== undefined && !this.#over) await this.#wait(slot);
      this.#waitsFor = undefined;
      if (this.#abandoned) this.rollback();
      if (this.#over) throw connectionLost('the session is over');
      this.#own(slot);
    } finally {
      since();
      tooLong();
      slot.interested--;
      this.#waitsFor = undefined;
      this.#giveUp = undefined;
      slot.rows.forgetIfEmpty(slot);
    }
  }

  #limited(): () => void {
    if (!this.limit) return () => undefined;
    const { milliseconds, code } = this.limit;
    return this.simulation.later(milliseconds * 1_000, this.database, 'ends a wait', () =>
      this.#giveUp?.(new DatabaseError(code, 'canceling statement: it waited for a lock too long')),
    );
  }

  /** Everybody who waits is woken at the end of the owner's transaction; the seed says who is first. */
  #wait(slot: AnySlot): Promise<void> {
    this.#waitsFor = slot;
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        slot.waiting.delete(wake);
        this.simulation.later(
          this.simulation.chance.between(1, 50),
          this.database,
          'wakes who waited for a lock',
          resolve,
        );
      };
      this.#giveUp = (error) => {
        slot.waiting.delete(wake);
        reject(error);
      };
      slot.waiting.add(wake);
    });
  }

  #isInCycle(): boolean {
    let next = this.#waitsFor?.owner;
    for (let steps = 0; next !== undefined && steps < 1_000; steps++) {
      if (next === this) return true;
      next = next.#waitsFor?.owner;
    }
    return false;
  }
}
