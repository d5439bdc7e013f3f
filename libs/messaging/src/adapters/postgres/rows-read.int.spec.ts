import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations, type OutboxRow } from '../../index.js';
import { PostgresStore } from './postgres-store.js';

const reader = 'rows-read';
const waiting = 2_000;
const batch = 10;
const rowsOf = (many: number): OutboxRow[] =>
  Array.from({ length: many }, () => {
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

describe('tables whose rows come and go, planned and analysed while next to none was there', () => {
  let database: FreshDatabase;
  let writer: DataSource;
  let store: PostgresStore;

  const opened = (): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      applicationName: reader,
    }).initialize();
  const read = async (table: string): Promise<number> =>
    (
      await writer.query<{ n: number }[]>(
        'select (coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as n from pg_stat_user_tables where relname = $1',
        [table],
      )
    )[0]!.n;
  /** A connection tells what it has read when it ends. */
  const gone = (): Promise<unknown> =>
    eventually(
      async () =>
        (
          await writer.query<unknown[]>(
            "select from pg_stat_activity where datname = current_database() and application_name in ($1, 'relay')",
            [reader],
          )
        ).length === 0,
    );
  const appended = (many: number): Promise<void> =>
    store.transaction(async (tx) => {
      const rows = rowsOf(many);
      await tx.append(rows);
      await tx.scheduleTimeouts(
        rows.map(({ id }) => ({ id: `deadline ${id}`, sagaId: id, name: 'late', timeoutMs: 60_000, startedBy: id })),
      );
    });
  const wished = (many: number): Promise<void> =>
    store.transaction((tx) =>
      tx.scheduleEffects(
        rowsOf(many).map(({ id, key }) => ({ id, name: 'errand', key, payload: {}, cause: id, correlation: key })),
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

  it('are read by the relay for what it marks alone', async () => {
    await writer.query('vacuum analyze msg_outbox, msg_timeouts');
    const dataSource = await opened();
    const relay = (await new PostgresStore(dataSource).lead())!;
    const published = async (): Promise<void> =>
      relay.mark((await relay.take(batch)).map(({ position }) => ({ position, partition: 0, offset: position })));
    await appended(batch);
    await published();
    await appended(waiting);
    const before = [await read('msg_outbox'), await read('msg_timeouts')];
    for (let again = 0; again < 3; again++) await published();
    await relay.close();
    await dataSource.destroy();
    await gone();
    // the batch before it may be told late
    expect((await read('msg_outbox')) - before[0]!).toBeLessThanOrEqual(4 * 2 * batch);
    expect((await read('msg_timeouts')) - before[1]!).toBeLessThanOrEqual(4 * batch);
  });

  it('are read by whoever claims effects for what is due alone', async () => {
    // the indexes of what is open have room for many, and four are in them
    await writer.query(
      `insert into msg_effects (id, name, key, payload, cause, correlation) select gen_random_uuid(), 'errand', gen_random_uuid(), '{}', gen_random_uuid(), '' from generate_series(1, 40000)`,
    );
    await writer.query('update msg_effects set done_at = now() where position > 4');
    await writer.query('vacuum analyze msg_effects');
    const dataSource = await opened();
    const claims = new PostgresStore(dataSource);
    const claimed = async (): Promise<number> =>
      (await claims.claimEffects(['errand'], batch, 60_000, randomUUID())).length;
    await wished(batch);
    expect(await claimed()).toBe(batch);
    await wished(waiting);
    const before = await read('msg_effects');
    for (let again = 0; again < 3; again++) expect(await claimed()).toBe(batch);
    await dataSource.destroy();
    await gone();
    expect((await read('msg_effects')) - before).toBeLessThanOrEqual(20 * batch);
  });
});
