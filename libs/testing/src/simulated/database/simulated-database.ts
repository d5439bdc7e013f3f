import type { AnyTable } from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import type { Simulation } from '../simulation.js';
import { CountRows } from './count-rows.js';
import { connectionLost, DatabaseError } from './database-error.js';
import type { DatabaseSession } from './database-session.js';
import { DatabaseTransaction } from './database-transaction.js';
import { EffectRows } from './effect-rows.js';
import { IdempotencyRows } from './idempotency-rows.js';
import { InboxRows } from './inbox-rows.js';
import { OutboxRows } from './outbox-rows.js';
import { SizeRows } from './size-rows.js';
import { TableRows, type CheckConstraint, type UniqueConstraint } from './table-rows.js';
import { TimerRows } from './timer-rows.js';

export interface DatabaseOptions {
  /** What the migrations demand of the service's own tables besides their primary keys. */
  readonly unique?: readonly UniqueConstraint[];
  readonly checks?: readonly CheckConstraint[];
}

/**
 * One service's database as PostgreSQL would be: read-committed, rows locked until their transaction ends, deadlocks found after
 * a second, time from its own clock. Reached through `SimulatedProcess.store`; what is read here is what is committed, as copies.
 */
export class SimulatedDatabase {
  readonly timers: TimerRows;
  readonly outbox: OutboxRows;
  readonly inbox = new InboxRows();
  readonly idempotency = new IdempotencyRows();
  readonly effects = new EffectRows();
  readonly counts = new CountRows();
  readonly sizes = new SizeRows();
  readonly #tables = new Map<string, TableRows>();
  readonly #sessions = new Set<DatabaseSession>();
  #leader: DatabaseSession | undefined;
  #onPoke: (() => void) | undefined;
  #up = true;

  constructor(
    readonly simulation: Simulation,
    readonly name: string,
    private readonly options: DatabaseOptions,
  ) {
    this.timers = new TimerRows(() => simulation.instant);
    this.outbox = new OutboxRows(this.timers, (text) => simulation.note(`${name} ${text}`));
  }

  /** The rows of one of the service's tables, in key order. */
  rows<S extends object>(table: AnyTable): readonly S[] {
    return this.tableRows(table).committed() as S[];
  }

  row<S extends object>(table: AnyTable, key: string): S | undefined {
    return this.tableRows(table).committedRow(key) as S | undefined;
  }

  /** Puts rows into a table before anything runs, or as an operator would by hand. Throws where a constraint is violated. */
  async seed(table: AnyTable, rows: readonly object[]): Promise<void> {
    const life = this.simulation.process(`hand of ${this.name}`);
    await this.simulation.settled(
      life.store(this).transaction((transaction) =>
        transaction.save(
          table,
          rows.map((row) => ({ table, key: String((row as Record<string, unknown>)[table.key]), row, fresh: true })),
          new Set(),
        ),
      ),
    );
  }

  /** Writes down that a topic is to have more partitions, as the operator's command does. */
  async wishSize(topic: string, partitions: number): Promise<void> {
    const transaction = new DatabaseTransaction(this.simulation, this.name);
    await this.sizes.wish(transaction, topic, partitions);
    transaction.commit();
  }

  /** Away: every session ends, whatever had not committed is rolled back, and nobody can connect. */
  stop(): void {
    this.#up = false;
    this.terminate();
  }

  start(): void {
    this.#up = true;
  }

  /** Ends the sessions of one process, or of all, as pg_terminate_backend does. */
  terminate(life?: SimulatedProcess): void {
    for (const session of [...this.#sessions]) {
      if (life === undefined || session.life === life)
        session.terminate(new DatabaseError('57P01', 'terminating connection due to administrator command'));
    }
  }

  /** For the sessions of this database. */
  accept(session: DatabaseSession): void {
    if (!this.#up) throw connectionLost('connect ECONNREFUSED');
    this.#sessions.add(session);
  }

  forget(session: DatabaseSession): void {
    this.#sessions.delete(session);
    if (this.#leader !== session) return;
    this.#leader = undefined;
    this.#onPoke = undefined;
  }

  /** The lock that makes a session the publisher: whether it has it. */
  tryLead(session: DatabaseSession): boolean {
    if (this.#leader !== undefined) return false;
    this.#leader = session;
    return true;
  }

  listen(session: DatabaseSession, call: () => void): void {
    if (this.#leader === session) this.#onPoke = call;
  }

  poke(): void {
    const call = this.#onPoke;
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
