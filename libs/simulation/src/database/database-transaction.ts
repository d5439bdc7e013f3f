import type { SimulationEngine } from '../engine/simulation-engine.js';
import { connectionLost, DatabaseError } from './database-error.js';
import { visibleRow, type LockedRows, type LockOwner, type Slot } from './locked-rows.js';

/** Microseconds that a transaction waits for a lock before it checks for a deadlock: `deadlock_timeout` of PostgreSQL. */
const deadlockTimeout = 1_000_000;

type AnySlot = Slot<object>;

/** The longest wait for a lock, and the SQLSTATE after it. */
export interface LockTimeout {
  readonly milliseconds: number;
  readonly code: '55P03' | '57014';
}

/** A transaction inside the database: the locks that it holds, and the row that it waits for. */
export class DatabaseTransaction implements LockOwner {
  /** The value of `now()` in it. */
  readonly startedAt: number;
  readonly #locked = new Set<AnySlot>();
  #waitsFor: AnySlot | undefined;
  #cancelWait: ((error: Error) => void) | undefined;
  #abandoned = false;
  #isOver = false;
  #committed = false;

  constructor(
    private readonly engine: SimulationEngine,
    private readonly database: string,
    private readonly lockTimeout?: LockTimeout,
  ) {
    this.startedAt = engine.preciseNow;
  }

  /** The result of `pg_xact_status`. */
  get status(): 'in progress' | 'committed' | 'aborted' {
    if (!this.#isOver) return 'in progress';
    return this.#committed ? 'committed' : 'aborted';
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get waitsFor(): AnySlot | undefined {
    return this.#waitsFor;
  }

  /** Locks a row, whether it exists or not. Returns a promise when another transaction holds the lock. */
  acquire<R extends object>(slot: Slot<R>): Promise<void> | undefined {
    if (slot.owner === this) return undefined;
    if (slot.owner !== undefined) return this.#waitAndAcquire(slot);
    this.#take(slot);
    return undefined;
  }

  /** Locks a row for update and returns its value once it is locked. Does not wait for rows that are not visible. */
  async forUpdate<R extends object>(
    rows: LockedRows<R>,
    key: string,
    matches: (row: R) => boolean = () => true,
  ): Promise<R | undefined> {
    const found = rows.read(key, this);
    if (found === undefined || !matches(found)) return undefined;
    const slot = rows.slot(key);
    const wasLocked = slot.owner === this;
    const wait = this.acquire(slot);
    if (wait) await wait;
    const row = visibleRow(slot, this);
    if (row !== undefined && matches(row)) return row;
    if (!wasLocked) this.#release(slot);
    return undefined;
  }

  /** Inserts unless the key exists once the lock is acquired; returns whether it inserted. */
  async insertIfNew<R extends object>(rows: LockedRows<R>, key: string, row: R): Promise<boolean> {
    const slot = rows.slot(key);
    const wasLocked = slot.owner === this;
    const wait = this.acquire(slot);
    if (wait) await wait;
    if (visibleRow(slot, this) === undefined) {
      this.write(slot, row);
      return true;
    }
    if (!wasLocked) this.#release(slot);
    return false;
  }

  /** Inserts the row, or changes it when it exists once the lock is acquired. */
  async upsert<R extends object>(rows: LockedRows<R>, key: string, row: (before: R | undefined) => R): Promise<R> {
    const slot = rows.slot(key);
    const wait = this.acquire(slot);
    if (wait) await wait;
    const written = row(visibleRow(slot, this));
    this.write(slot, written);
    return written;
  }

  /** Changes or deletes the row if it exists and matches once it is locked; returns the row before the change. */
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

  /** Keys of a table's rows that this transaction has locked. */
  *lockedKeys(rows: object): Generator<string> {
    for (const slot of this.#locked) if (slot.rows === rows) yield slot.key;
  }

  commit(): void {
    this.#end(true);
  }

  rollback(): void {
    this.#end(false);
  }

  /** The session was terminated: a wait for a lock ends with the error. */
  terminate(error: Error): void {
    const cancelWait = this.#cancelWait;
    this.rollback();
    cancelWait?.(error);
  }

  /** The client has disconnected. A backend that waits for a lock notices it when it has acquired the lock. */
  abandon(): void {
    this.#abandoned = true;
    if (!this.#waitsFor) this.rollback();
  }

  #end(committed: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#committed = committed;
    this.#waitsFor = undefined;
    for (const slot of this.#locked) slot.rows.release(slot, committed);
    this.#locked.clear();
  }

  #take(slot: AnySlot): void {
    slot.owner = this;
    this.#locked.add(slot);
  }

  #release(slot: AnySlot): void {
    this.#locked.delete(slot);
    slot.rows.release(slot, false);
  }

  async #waitAndAcquire(slot: AnySlot): Promise<void> {
    const cancelDeadlockCheck = this.engine.schedule(deadlockTimeout, this.database, 'checks for a deadlock', () => {
      if (this.#isInCycle()) this.#cancelWait?.(new DatabaseError('40P01', 'deadlock detected'));
    });
    const cancelTimeout = this.#startTimeout();
    slot.waiters++;
    try {
      while (slot.owner !== undefined && !this.#isOver) await this.#wait(slot);
      this.#waitsFor = undefined;
      if (this.#abandoned) this.rollback();
      if (this.#isOver) throw connectionLost('the session is closed');
      this.#take(slot);
    } finally {
      cancelDeadlockCheck();
      cancelTimeout();
      slot.waiters--;
      this.#waitsFor = undefined;
      this.#cancelWait = undefined;
      slot.rows.removeIfUnused(slot);
    }
  }

  #startTimeout(): () => void {
    if (!this.lockTimeout) return () => undefined;
    const { milliseconds, code } = this.lockTimeout;
    return this.engine.schedule(milliseconds * 1_000, this.database, 'lock timeout', () =>
      this.#cancelWait?.(new DatabaseError(code, 'canceling statement due to lock timeout')),
    );
  }

  /** All waiting transactions are woken at the end of the owner's transaction; the seed decides which one is first. */
  #wait(slot: AnySlot): Promise<void> {
    this.#waitsFor = slot;
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        slot.wakeUps.delete(wake);
        this.engine.schedule(this.engine.random.between(1, 50), this.database, 'wakes a waiting transaction', resolve);
      };
      this.#cancelWait = (error) => {
        slot.wakeUps.delete(wake);
        reject(error);
      };
      slot.wakeUps.add(wake);
    });
  }

  #isInCycle(): boolean {
    let next = this.#waitsFor?.owner;
    for (let steps = 0; next !== undefined && steps < 1_000; steps++) {
      if (next === this) return true;
      next = next.waitsFor?.owner;
    }
    return false;
  }
}
