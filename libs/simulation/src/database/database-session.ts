import type { ProcessCore } from '../process/process-core.js';
import { connectionLost, DatabaseError } from './database-error.js';
import { DatabaseTransaction, type LockTimeout } from './database-transaction.js';
import type { ServerSession } from './server-session.js';
import type { SimulatedDatabase } from './simulated-database.js';

/** The `lock_timeout` of the PostgreSQL store. */
const lockTimeout: LockTimeout = { milliseconds: 4_000, code: '55P03' };
/** Its `idle_in_transaction_session_timeout`, in milliseconds. */
const idleInTransactionTimeout = 15_000;

/**
 * A connection between a process and a database. One statement at a time, in the order of the calls. After a crash or a failed call
 * the database notices the lost connection after a latency, rolls back and releases the locks.
 */
export class DatabaseSession implements ServerSession {
  /** The error of the first failed statement of the transaction. */
  #firstError: Error | undefined;
  #transaction: DatabaseTransaction | undefined;
  /** Set when the connection is closed on the database's side. */
  #closed: (() => Error) | undefined;
  /** Set when the process knows that the connection is closed. */
  #lost: (() => Error) | undefined;
  #pending: Promise<unknown> | undefined;
  #connected = false;
  #statements = 0;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(
    readonly database: SimulatedDatabase,
    readonly process: ProcessCore,
    private readonly lockTimeout?: LockTimeout,
  ) {
    const { engine } = process;
    this.#unsubscribe = [
      process.onCrash(() =>
        engine.schedule(engine.latency(), database.name, 'loses a client', () => this.#abandon(), process.label),
      ),
      process.onPauseChange((running) => running || this.#terminateIfIdle()),
    ];
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  get lost(): Error | undefined {
    return this.#lost?.();
  }

  /** Rejects once the connection is lost. A failed statement ends the transaction, not the connection. */
  statement<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#call(operation, () => {
      const transaction = this.#transaction!;
      if (transaction.isOver)
        throw new DatabaseError(
          '25P02',
          'current transaction is aborted, commands ignored until end of transaction block',
        );
      return this.#runIn(transaction, run);
    });
  }

  /** Runs a statement in a transaction of its own. */
  single<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#call(operation, () => {
      const transaction = (this.#transaction = this.#newTransaction(this.lockTimeout));
      const result = this.#runIn(transaction, run);
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
    return this.#call('begin', () => {
      this.#firstError = undefined;
      this.#transaction = this.#newTransaction(lockTimeout);
    });
  }

  /** Rejects with the first failed statement of the transaction: nothing of it is kept. */
  commit(): Promise<void> {
    return this.#call('commit', () => {
      if (this.#transaction!.isOver) throw this.#firstError ?? new Error('the transaction ended with ROLLBACK');
      this.#transaction!.commit();
    });
  }

  /** The transaction that was begun last. */
  get transaction(): DatabaseTransaction {
    return this.#transaction!;
  }

  rollback(): Promise<void> {
    return this.#call('rollback', () => this.#transaction!.rollback());
  }

  /** Returns the connection to the pool. The database notices a lost connection by itself. */
  release(): void {
    if (this.#lost) return;
    this.#unsubscribeAll();
    this.database.removeSession(this);
  }

  /** Resolves once the database has closed its side. */
  async close(): Promise<void> {
    if (this.#lost) return;
    this.#lost = () => connectionLost('it was closed');
    await this.process.call({
      peer: this.database.name,
      operation: 'close',
      apply: () => this.#abandon(),
      connectionError: connectionLost,
      onDisconnect: () => this.#abandon(),
    });
  }

  /** The database closes the connection: it was stopped, or an operator terminated the session. */
  terminate(error: Error): void {
    if (this.#closed) return;
    const transaction = this.#transaction;
    this.#close(() => error);
    transaction?.terminate(error);
    this.process.deliver(
      this.process.engine.latency(),
      `${this.database.name} closed the connection`,
      () => (this.#lost ??= () => error),
    );
  }

  /** Sends a notification to the process. */
  notify(call: () => void): void {
    if (!this.#closed) this.process.deliver(this.process.engine.latency(), `${this.database.name} notifies`, call);
  }

  #runIn<T>(
    transaction: DatabaseTransaction,
    run: (transaction: DatabaseTransaction) => T | Promise<T>,
  ): T | Promise<T> {
    const onError = (error: unknown): never => {
      this.#firstError ??= error as Error;
      transaction.rollback();
      throw error;
    };
    let result: T | Promise<T>;
    try {
      result = run(transaction);
    } catch (error) {
      return onError(error);
    }
    return result instanceof Promise ? result.catch(onError) : result;
  }

  #newTransaction(timeout: LockTimeout | undefined): DatabaseTransaction {
    return new DatabaseTransaction(this.process.engine, this.database.name, timeout);
  }

  /** A transaction of a paused process is ended after a timeout, so that its locks are released. */
  #terminateIfIdle(): void {
    const statements = this.#statements;
    const check = (): void => {
      if (statements !== this.#statements || !this.#transaction || this.#transaction.isOver) return;
      this.terminate(new DatabaseError('25P03', 'terminating connection due to idle-in-transaction timeout'));
    };
    this.process.engine.schedule(
      idleInTransactionTimeout * 1_000,
      this.database.name,
      'checks for idle transactions',
      check,
    );
  }

  #call<T>(operation: string, apply: () => T | Promise<T>): Promise<T> {
    const call = (): Promise<T> => {
      if (this.#lost) return Promise.reject(this.#lost());
      return this.process.call({
        peer: this.database.name,
        operation,
        apply: () => {
          if (this.#closed) throw this.#closed();
          this.#statements++;
          this.#connect();
          return apply();
        },
        connectionError: (reason) => (this.#lost = () => connectionLost(reason))(),
        onDisconnect: () => this.#abandon(),
      });
    };
    const result = this.#pending ? this.#pending.then(call, call) : call();
    this.#pending = result;
    const done = (): void => {
      if (this.#pending === result) this.#pending = undefined;
    };
    result.then(done, done);
    return result;
  }

  #connect(): void {
    if (this.#connected) return;
    this.database.addSession(this);
    this.#connected = true;
  }

  #abandon(): void {
    if (this.#closed) return;
    this.#close(() => connectionLost('the client disconnected'));
    this.#transaction?.abandon();
  }

  #close(reason: () => Error): void {
    this.#closed = reason;
    this.#unsubscribeAll();
    this.database.removeSession(this);
  }

  #unsubscribeAll(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }
}
