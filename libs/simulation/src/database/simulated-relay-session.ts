import { createHash } from 'node:crypto';
import { Transient } from '@tradewind/kernel';
import { PublicationEffects, type Topic } from '@tradewind/messaging';
import {
  payloadOf,
  traceOfRow,
  type PartitionCount,
  type PublicationEffect,
  type PublishedRow,
  type RelaySession,
  type UnpublishedRow,
} from '@tradewind/messaging/internals';
import type { ProcessCore } from '../process/process-core.js';
import { DatabaseSession } from './database-session.js';
import type { DatabaseTransaction, LockTimeout } from './database-transaction.js';
import type { ScheduledRow } from './effect-rows.js';
import { jsonbOf } from './jsonb.js';
import type { SimulatedDatabase } from './simulated-database.js';

/** The `statement_timeout` of the relay's connection in the PostgreSQL store. */
const statementTimeout: LockTimeout = { milliseconds: 6_000, code: '57014' };

/** Leadership is a session lock, lost with the connection. The epoch fences off a former leader. */
export class SimulatedRelaySession implements RelaySession {
  private constructor(
    private readonly session: DatabaseSession,
    readonly epoch: bigint,
  ) {}

  static async open(database: SimulatedDatabase, process: ProcessCore): Promise<RelaySession | undefined> {
    const session = new DatabaseSession(database, process, statementTimeout);
    if (!(await session.single('lead', () => database.tryLead(session)))) {
      await session.close();
      return undefined;
    }
    return new SimulatedRelaySession(session, await session.single('next epoch', (tx) => database.outbox.lead(tx)));
  }

  take(limit: number): Promise<readonly UnpublishedRow[]> {
    return this.#single('relay take', (database) => database.outbox.take(limit));
  }

  async mark(published: readonly PublishedRow[]): Promise<void> {
    const marked = await this.#single('relay mark', async (database, tx) => {
      const rows = await database.outbox.mark(tx, published, this.epoch);
      await database.effects.schedule(tx, publicationEffectsOf(rows, database.rows(PublicationEffects)));
      return rows.length;
    });
    if (marked !== published.length)
      throw new RelayFenced(`${published.length} rows were published, ${marked} could be marked`);
  }

  partitionCounts(declared: readonly Topic[]): Promise<readonly PartitionCount[]> {
    return this.#single('relay partition counts', (database, tx) => database.partitionCounts.ensure(tx, declared));
  }

  increasePartitions(count: Omit<PartitionCount, 'growingTo'>): Promise<boolean> {
    return this.#single(
      'relay increase partitions',
      async (database, tx) =>
        (await database.outbox.isCurrent(tx, this.epoch)) && database.partitionCounts.increase(tx, count),
    );
  }

  async block(row: UnpublishedRow, reason: string): Promise<void> {
    await this.#single('relay block', (database, tx) => database.outbox.block(tx, row, reason));
  }

  onNotify(call: () => void): void {
    this.session.database.onNotify(this.session, call);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async #single<T>(
    operation: string,
    run: (database: SimulatedDatabase, transaction: DatabaseTransaction) => T | Promise<T>,
  ): Promise<T> {
    if (this.session.lost) throw new Transient('the relay has lost its session', { cause: this.session.lost });
    return this.session.single(operation, (transaction) => run(this.session.database, transaction));
  }
}

const publicationEffectsOf = (rows: readonly UnpublishedRow[], effects: readonly PublicationEffect[]): ScheduledRow[] =>
  rows
    .toSorted((a, b) => Number(a.position - b.position))
    .flatMap((row) =>
      effects
        .filter(({ topic, types }) => topic === row.topic && types.includes(row.type))
        .map(({ id, effect }) => ({
          id: idOf(`${id} ${row.id}`),
          name: effect,
          key: id,
          payload: jsonbOf(payloadOf(id, row)),
          cause: row.causation,
          trace: traceOfRow(row) ?? null,
          correlation: row.correlation,
        })),
    );

/** Like `md5(text)::uuid`. */
const idOf = (text: string): string =>
  createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Another process has become the leader: this one must not mark rows. */
class RelayFenced extends Error {
  override readonly name = 'RelayFenced';
}
