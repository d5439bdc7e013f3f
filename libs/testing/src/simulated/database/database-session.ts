import type { SimulatedProcess } from '../simulated-process.js';
import { connectionLost, DatabaseError } from './database-error.js';
import { DatabaseTransaction, type LockLimit } from './database-transaction.js';
import type { SimulatedDatabase } from './simulated-database.js';

/** As the store on PostgreSQL sets them: for the locks of a transaction, and for one whose process sleeps (milliseconds). */
const lockLimit: LockLimit = { milliseconds: 4_000, code: '55P03' };
const idleInTransaction = 15_000;

/**
 * A connection: the process at one end, the database at the other. One statement at a time, in the order asked. When the
 * process dies or a call fails, the database notices after a while, rolls back and gives its locks free.
 */
export class DatabaseSession {
  /** What the first of the transaction's statements that failed met. */
  #refused: Error | undefined;
  #transaction: DatabaseTransaction | undefined;
  /** What the database's end knows, and what the process has noticed. */
  #over: (() => Error) | undefined;
  #lost: (() => Error) | undefined;
  #pending: Promise<unknown> | undefined;
  #connected = false;
  #statements = 0;
  readonly #forgets: readonly (() => void)[];

  constructor(
    readonly database: SimulatedDatabase,
    readonly life: SimulatedProcess,
    private readonly limit?: LockLimit,
  ) {
    const { simulation } = life;
    this.#forgets = [
      life.onEnd(() =>
        simulation.later(simulation.latency(), database.name, 'misses', () => this.#abandon(), life.label),
      ),
      life.onMove((running) => running || this.#endIfIdle()),
    ];
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  get lost(): Error | undefined {
    return this.#lost?.();
  }

  /** The call rejects once the connection is lost; a statement that the database refuses ends the transaction, not the connection. */
  statement<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#ask(operation, () => {
      const transaction = this.#transaction!;
      if (transaction.over)
        throw new DatabaseError(
          '25P02',
          'current transaction is aborted, commands ignored until end of transaction block',
        );
      return this.#within(transaction, run);
    });
  }

  /** A statement that is a transaction of its own. */
  single<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#ask(operation, () => {
      const transaction = (this.#transaction = this.#newTransaction(this.limit));
      const result = this.#within(transaction, run);
      if (!(result instanceof Promise)) {
        transaction.commit();
        return result;
      }
      return result.then((value) => {
        transaction.commit();
        return value;
      });
    });
  }

  begin(): Promise<void> {
    return this.#ask('begin', () => {
      this.#refused = undefined;
      this.#transaction = this.#newTransaction(lockLimit);
    });
  }

  /** Of a transaction in which a statement was refused nothing is kept, and its end tells why. */
  commit(): Promise<void> {
    return this.#ask('commit', () => {
      if (this.#transaction!.over) throw this.#refused ?? new Error('the transaction ended with ROLLBACK');
      this.#transaction!.commit();
    });
  }

  /** The one that was begun last. */
  get transaction(): DatabaseTransaction {
    return this.#transaction!;
  }

  rollback(): Promise<void> {
    return this.#ask('rollback', () => this.#transaction!.rollback());
  }

  /** Back into the pool. Of one that is lost the database will miss the process by itself. */
  release(): void {
    if (this.#lost) return;
    this.#forgetLife();
    this.database.forget(this);
  }

  /** Says goodbye; resolves once the database has heard it. */
  async close(): Promise<void> {
    if (this.#lost) return;
    this.#lost = () => connectionLost('it was closed');
    await this.life.call({
      peer: this.database.name,
      operation: 'close',
      effect: () => this.#abandon(),
      failure: connectionLost,
      onLost: () => this.#abandon(),
    });
  }

  /** The database's end is closed from there: it was stopped, or an operator terminated the session. */
  terminate(error: Error): void {
    if (this.#over) return;
    const transaction = this.#transaction;
    this.#end(() => error);
    transaction?.terminate(error);
    this.life.deliver(
      this.life.simulation.latency(),
      `${this.database.name} hung up`,
      () => (this.#lost ??= () => error),
    );
  }

  /** Tells the process something that it has not asked for. */
  notify(call: () => void): void {
    if (!this.#over) this.life.deliver(this.life.simulation.latency(), `${this.database.name} notifies`, call);
  }

  #within<T>(
    transaction: DatabaseTransaction,
    run: (transaction: DatabaseTransaction) => T | Promise<T>,
  ): T | Promise<T> {
    const failed = (error: unknown): never => {
      this.#refused ??= error as Error;
      transaction.rollback();
      throw error;
    };
    let result: T | Promise<T>;
    try {
      result = run(transaction);
    } catch (error) {
      return failed(error);
    }
    return result instanceof Promise ? result.catch(failed) : result;
  }

  #newTransaction(limit: LockLimit | undefined): DatabaseTransaction {
    return new DatabaseTransaction(this.life.simulation, this.database.name, limit);
  }

  /** A transaction whose process sleeps lets go of its locks after a while. */
  #endIfIdle(): void {
    const statements = this.#statements;
    const check = (): void => {
      if (statements !== this.#statements || !this.#transaction || this.#transaction.over) return;
      this.terminate(new DatabaseError('25P03', 'terminating connection due to idle-in-transaction timeout'));
    };
    this.life.simulation.later(idleInTransaction * 1_000, this.database.name, 'looks for sleepers', check);
  }

  #ask<T>(operation: string, effect: () => T | Promise<T>): Promise<T> {
    const ask = (): Promise<T> => {
      if (this.#lost) return Promise.reject(this.#lost());
      return this.life.call({
        peer: this.database.name,
        operation,
        effect: () => {
          if (this.#over) throw this.#over();
          this.#statements++;
          this.#connect();
          return effect();
        },
        failure: (why) => (this.#lost = () => connectionLost(why))(),
        onLost: () => this.#abandon(),
      });
    };
    const mine = this.#pending ? this.#pending.then(ask, ask) : ask();
    this.#pending = mine;
    const done = (): void => {
      if (this.#pending === mine) this.#pending = undefined;
    };
    mine.then(done, done);
    return mine;
  }

  #connect(): void {
    if (this.#connected) return;
    this.database.accept(this);
    this.#connected = true;
  }

  #abandon(): void {
    if (this.#over) return;
    this.#end(() => connectionLost('the client is gone'));
    this.#transaction?.abandon();
  }

  #end(why: () => Error): void {
    this.#over = why;
    this.#forgetLife();
    this.database.forget(this);
  }

  #forgetLife(): void {
    for (const forget of this.#forgets) forget();
  }
}
