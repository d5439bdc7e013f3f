import type { AnyTable, Takeover } from '@tradewind/messaging/internals';
import type { ProcessCore } from '../process/process-core.js';
import type { SimulationEngine } from '../engine/simulation-engine.js';
import { AttemptRows } from './attempt-rows.js';
import { ConsumerStateRows } from './consumer-state-rows.js';
import { connectionLost, DatabaseError } from './database-error.js';
import { DatabaseTransaction } from './database-transaction.js';
import { EffectRows } from './effect-rows.js';
import { IdempotencyRows } from './idempotency-rows.js';
import { InboxRows } from './inbox-rows.js';
import { OutboxRows } from './outbox-rows.js';
import { PartitionCountRows } from './partition-count-rows.js';
import { RetentionRows } from './retention-rows.js';
import type { ServerSession } from './server-session.js';
import { TableRows, type CheckConstraint, type UniqueConstraint } from './table-rows.js';
import { TimeoutRows } from './timeout-rows.js';

/** What a service's database has besides tables and primary keys. */
export interface DatabaseOptions {
  /** Constraints of the service's own tables besides primary keys. */
  readonly unique?: readonly UniqueConstraint[];
  readonly checks?: readonly CheckConstraint[];
}

/**
 * The database of one service, like PostgreSQL at isolation level read-committed: rows are locked until their transaction ends,
 * deadlocks are detected after a second, time comes from its own clock. Processes use it through `SimulatedProcess.store`; its own
 * methods return copies of committed rows.
 */
export class SimulatedDatabase {
  readonly timeouts: TimeoutRows;
  readonly outbox: OutboxRows;
  readonly inbox = new InboxRows();
  readonly idempotency = new IdempotencyRows();
  readonly effects = new EffectRows();
  readonly attempts = new AttemptRows();
  readonly consumerState = new ConsumerStateRows();
  readonly partitionCounts = new PartitionCountRows();
  readonly retention = new RetentionRows();
  readonly #tables = new Map<string, TableRows>();
  readonly #sessions = new Set<ServerSession>();
  #leader: ServerSession | undefined;
  #onNotify: (() => void) | undefined;
  #up = true;

  constructor(
    readonly engine: SimulationEngine,
    readonly name: string,
    private readonly options: DatabaseOptions,
  ) {
    this.timeouts = new TimeoutRows(() => engine.preciseNow);
    this.outbox = new OutboxRows(this.timeouts, (text) => engine.note(`${name} ${text}`));
  }

  /** The committed rows of one of the service's tables, in key order. */
  rows<S extends object>(table: AnyTable): readonly S[] {
    return this.tableRows(table).committed() as S[];
  }

  row<S extends object>(table: AnyTable, key: string): S | undefined {
    return this.tableRows(table).committedRow(key) as S | undefined;
  }

  /** Inserts rows at once, without a process. Throws when a constraint is violated. */
  async insert(table: AnyTable, rows: readonly object[]): Promise<void> {
    const transaction = new DatabaseTransaction(this.engine, this.name);
    await this.tableRows(table).insert(transaction, rows);
    transaction.commit();
  }

  /** Records an operator's request for more partitions of a topic. */
  async requestPartitions(topic: string, partitions: number): Promise<void> {
    const transaction = new DatabaseTransaction(this.engine, this.name);
    await this.partitionCounts.request(transaction, topic, partitions);
    transaction.commit();
  }

  get isUnused(): boolean {
    return this.outbox.isUnused && this.inbox.isUnused && this.retention.horizons().length === 0;
  }

  async takeOver(transaction: DatabaseTransaction, takeover: Takeover): Promise<boolean> {
    if (!this.isUnused) return false;
    await this.outbox.takeOver(transaction, takeover);
    await this.retention.takeOver(transaction, takeover.handled);
    return true;
  }

  /** Ends every session, rolls back what is not committed, and accepts no connection until `start`. */
  stop(): void {
    this.#up = false;
    this.terminate();
  }

  start(): void {
    this.#up = true;
  }

  /** Ends the sessions of one process, or all sessions, like pg_terminate_backend. */
  terminate(process?: ProcessCore): void {
    for (const session of [...this.#sessions]) {
      if (process === undefined || session.process === process)
        session.terminate(new DatabaseError('57P01', 'terminating connection due to administrator command'));
    }
  }

  /** Called by a session with its first statement. Throws while the database is stopped. */
  addSession(session: ServerSession): void {
    if (!this.#up) throw connectionLost('connect ECONNREFUSED');
    this.#sessions.add(session);
  }

  removeSession(session: ServerSession): void {
    this.#sessions.delete(session);
    if (this.#leader !== session) return;
    this.#leader = undefined;
    this.#onNotify = undefined;
  }

  /** Makes the session the leader of the relays; false when another session is. */
  tryLead(session: ServerSession): boolean {
    if (this.#leader !== undefined) return false;
    this.#leader = session;
    return true;
  }

  onNotify(session: ServerSession, call: () => void): void {
    if (this.#leader === session) this.#onNotify = call;
  }

  notify(): void {
    const call = this.#onNotify;
    if (call) this.#leader?.notify(call);
  }

  tableRows(table: AnyTable): TableRows {
    let rows = this.#tables.get(table.name);
    if (!rows) {
      rows = new TableRows(table, { unique: this.options.unique ?? [], checks: this.options.checks ?? [] });
      this.#tables.set(table.name, rows);
    }
    return rows;
  }
}
