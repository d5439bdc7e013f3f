import 'reflect-metadata';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { postgresql15 } from '../../tools/checks/optional-programs.mjs';
import { startPostgres, type Postgres } from '../../tools/platform/postgres/start-postgres.js';
import { freePorts } from '../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../tools/platform/process/temporary-folder.js';
import { messagingMigrations } from '@tradewind/messaging';
import { serviceMigrations } from '@tradewind/service';
import { serviceParts } from '../services/index.js';
import { makeCall, migrate } from './call-service.fixture.spec.js';

/* Left out where PostgreSQL 15 is not installed: see tools/checks/optional-programs.mjs. */
describe('PostgreSQL 15, the oldest version that is supported', () => {
  let folder: string;
  let server: Postgres;
  const urlOf = (database: string): string => Object.assign(new URL(server.adminUrl), { pathname: database }).href;
  const created = async (database: string): Promise<string> => {
    const admin = new pg.Client({ connectionString: server.adminUrl });
    await admin.connect();
    await admin.query(`create database ${pg.escapeIdentifier(database)}`).finally(() => admin.end());
    return urlOf(database);
  };

  beforeAll(async () => {
    folder = await temporaryFolder();
    const [port = 0] = await freePorts(1);
    server = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port,
      password: 'only for this test',
      logFile: join(folder, 'postgres.log'),
      bin: postgresql15.path() ?? '',
      settings: { fsync: 'off' },
    });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    removeState(folder);
  }, 60_000);

  it('runs a service of the library', async () => {
    const url = await created('calls');
    await migrate({ type: 'postgres', url });
    expect(await makeCall({ type: 'postgres', url })).toMatchObject({ seconds: 90 });
  });

  it.each(Object.entries(serviceParts))('accepts the tables of the service %s', async (name, { definition }) => {
    const dataSource = await new DataSource({
      type: 'postgres',
      url: await created(name),
      migrations: [...messagingMigrations, ...serviceMigrations, ...definition.migrations],
    }).initialize();
    const applied = await dataSource.runMigrations().finally(() => dataSource.destroy());
    expect(applied.length).toBeGreaterThan(1);
  });
});
