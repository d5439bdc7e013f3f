import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations } from '../../index.js';
import type { OutboxRow } from '../../internals.js';
import { PostgresStore } from './postgres-store.js';

const reader = 'rows-read';
const backlog = 2_000;
const batchSize = 10;
const outboxRows = (count: number): OutboxRow[] =>
  Array.from({ length: count }, () => {
    const id = randomUUID();
    return {
      id,
      topic: 'orders',
      key: id,
      type: 'order.placed',
      version: 1,
      payload: '{}',
      causation: id,
      correlation: id,
      traceparent: null,
      occurredAt: new Date(0),
      headers: null,
      archived: true,
    };
  });

describe('tables that were analysed while they were nearly empty', () => {
  let database: FreshDatabase;
  let writer: DataSource;
  let store: PostgresStore;

  const openReader = (): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: reader,
    }).initialize();
  const rowsRead = async (table: string): Promise<number> =>
    (
      await writer.query<{ n: number }[]>(
        'select (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as n from pg_stat_user_tables where relname = $1',
        [table],
      )
    )[0]!.n;
  /** A connection reports its statistics when it ends. */
  const readerIsClosed = (): Promise<unknown> =>
    eventually(
      async () =>
        (
          await writer.query<unknown[]>(
            "select from pg_stat_activity where datname = current_database() and application_name in ($1, 'relay')",
            [reader],
          )
        ).length === 0,
    );
  const append = (count: number): Promise<void> =>
    store.transaction(async (transaction) => {
      const rows = outboxRows(count);
      await transaction.append(rows);
      await transaction.scheduleTimeouts(
        rows.map(({ id }) => ({ id: `timeout ${id}`, sagaId: id, name: 'late', timeoutMs: 60_000, startedBy: id })),
      );
    });
  const scheduleEffects = (count: number): Promise<void> =>
    store.transaction((transaction) =>
      transaction.scheduleEffects(
        outboxRows(count).map(({ id, key }) => ({ id, name: 'call', key, payload: {}, cause: id, correlation: key })),
      ),
    );

  beforeAll(async () => {
    database = await freshDatabase();
    writer = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await writer.runMigrations();
    store = new PostgresStore(writer);
  }, 60_000);
  afterAll(async () => {
    await writer?.destroy();
    await database?.drop();
  });

  it('are read by the relay only for the rows that it marks', async () => {
    await writer.query('vacuum analyze msg_outbox, msg_timeouts');
    const dataSource = await openReader();
    const relay = (await new PostgresStore(dataSource).lead())!;
    const publishBatch = async (): Promise<void> =>
      relay.mark((await relay.take(batchSize)).map(({ position }) => ({ position, partition: 0, offset: position })));
    await append(batchSize);
    await publishBatch();
    await append(backlog);
    const before = [await rowsRead('msg_outbox'), await rowsRead('msg_timeouts')];
    for (let times = 0; times < 3; times++) await publishBatch();
    await relay.close();
    await dataSource.destroy();
    await readerIsClosed();
    // The statistics of the first batch may be reported late.
    expect((await rowsRead('msg_outbox')) - before[0]!).toBeLessThanOrEqual(4 * 2 * batchSize);
    expect((await rowsRead('msg_timeouts')) - before[1]!).toBeLessThanOrEqual(4 * batchSize);
  });

  it('are read by an effect worker only for the effects that it claims', async () => {
    // The indexes of pending effects have pages for many rows and contain four.
    await writer.query(
      `insert into msg_effects (id, name, key, payload, cause, correlation) select gen_random_uuid(), 'call', gen_random_uuid(), '{}', gen_random_uuid(), '' from generate_series(1, 40000)`,
    );
    await writer.query('update msg_effects set done_at = now() where position > 4');
    await writer.query('vacuum analyze msg_effects');
    const dataSource = await openReader();
    const worker = new PostgresStore(dataSource);
    const claim = async (): Promise<number> =>
      (await worker.claimEffects(['call'], batchSize, 60_000, randomUUID())).length;
    await scheduleEffects(batchSize);
    expect(await claim()).toBe(batchSize);
    await scheduleEffects(backlog);
    const before = await rowsRead('msg_effects');
    for (let times = 0; times < 3; times++) expect(await claim()).toBe(batchSize);
    await dataSource.destroy();
    await readerIsClosed();
    expect((await rowsRead('msg_effects')) - before).toBeLessThanOrEqual(20 * batchSize);
  });
});
