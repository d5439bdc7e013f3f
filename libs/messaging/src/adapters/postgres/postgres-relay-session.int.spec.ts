import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations } from '../../index.js';
import { PostgresStore } from '../../internals.js';

describe('a relay session', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: [...messagingMigrations],
      migrationsRun: true,
    }).initialize();
  }, 60_000);
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('has a higher epoch than every one before', async () => {
    const store = new PostgresStore(dataSource);
    const first = await store.lead();
    expect(await store.lead()).toBeUndefined();
    await first?.close();
    const second = await store.lead();
    await second?.close();
    expect(second?.epoch).toBe((first?.epoch ?? 0n) + 1n);
  });

  it('is not opened without the row of its epoch: it could publish, and mark nothing', async () => {
    await dataSource.query('delete from msg_relay');
    await expect(new PostgresStore(dataSource).lead()).rejects.toThrow('msg_relay');
  });
});
