import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations } from './migrations.js';
import { PostgresStore } from './postgres-store.js';

describe('the descriptions of a service', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let store: PostgresStore;
  const rows = (): Promise<{ hash: string; description: object; renewed: boolean }[]> =>
    dataSource.query(
      `select hash, description, seen_at > first_seen_at as renewed from msg_descriptions order by first_seen_at, hash`,
    );

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    store = new PostgresStore(dataSource);
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('are one for each version, renewed by each instance of it', async () => {
    await store.descriptions.keep('a', { service: 'one' });
    await store.descriptions.keep('a', { service: 'one' });
    await store.descriptions.keep('b', { service: 'two' });
    expect(await rows()).toEqual([
      { hash: 'a', description: { service: 'one' }, renewed: true },
      { hash: 'b', description: { service: 'two' }, renewed: false },
    ]);
  });

  it('are at most twenty: the versions that were seen last', async () => {
    for (let version = 10; version < 30; version++) await store.descriptions.keep(`v${version}`, {});
    expect((await rows()).map(({ hash }) => hash)).toEqual(Array.from({ length: 20 }, (_, at) => `v${at + 10}`));
  });
});
