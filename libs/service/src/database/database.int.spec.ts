import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { messagingMigrations } from '@tradewind/messaging';
import { systemPorts } from '@tradewind/messaging/internals';
import { startTcpProxy } from '@tradewind/testing';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { serviceMigrations } from './service.migrations.js';
import { applyMigrations, checkMigrations, connect, databaseFailure, dataSourceOf, openDatabase } from './index.js';

describe('a database with pending migrations', () => {
  let database: FreshDatabase;
  const open = async (url = database.url) => {
    const dataSource = dataSourceOf({ DATABASE_URL: url }, 'probe', [...messagingMigrations, ...serviceMigrations]);
    await connect(dataSource, systemPorts);
    return dataSource;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await freshDatabase();
  });
  afterAll(() => database?.drop());

  it('fails the start, naming the pending migrations', async () => {
    const dataSource = await open();
    await expect(checkMigrations(dataSource)).rejects.toThrow(
      /^the database lacks Messaging1700000000001, ServiceKeys1700000000002: start once with MIGRATIONS=apply$/,
    );
    await dataSource.destroy();
  });
  it('is migrated once by three instances that start together', async () => {
    const sources = await Promise.all([open(), open(), open()]);
    await Promise.all(sources.map(applyMigrations));
    await Promise.all(sources.map(checkMigrations));
    expect(await Promise.all(sources.map(databaseFailure))).toEqual([undefined, undefined, undefined]);
    await sources[0].query("delete from svc_migrations where name like 'ServiceKeys%'");
    expect(await databaseFailure(sources[0])).toBe('the database is behind its migrations');
    await Promise.all(sources.map((source) => source.destroy()));
  });
  it('fails at once, without waiting, when the database does not exist', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(open(url.href)).rejects.toThrow('does not exist');
  });
});

describe('a database without pending migrations', () => {
  it('is opened without waiting for an instance that migrates', async () => {
    const database = await freshDatabase();
    const config = { DATABASE_URL: database.url, MIGRATIONS: 'apply', STATEMENT_TIMEOUT_MS: 5_000 } as const;
    const open = () => openDatabase(config, 'probe', [...messagingMigrations, ...serviceMigrations], systemPorts);
    const migrating = await open();
    const lockHolder = migrating.createQueryRunner();
    await lockHolder.query(`select pg_advisory_lock(hashtext('tradewind migrations'))`);
    const opened = await open();
    expect(await databaseFailure(opened)).toBeUndefined();
    await lockHolder.release();
    await Promise.all([migrating.destroy(), opened.destroy()]);
    await database.drop();
  });
});

describe('a database that did not answer a query in time', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database?.drop());

  it('gets the next query over another connection: on the first it would wait as long', async () => {
    const url = new URL(database.url);
    const line = await startTcpProxy(url.host);
    url.host = `127.0.0.1:${line.port}`;
    const dataSource = dataSourceOf({ DATABASE_URL: url.href }, 'probe', [], 200);
    await connect(dataSource, systemPorts);
    const processOf = async (): Promise<number> =>
      (await dataSource.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]!.pid;
    const before = await processOf();
    line.stall();
    await expect(processOf()).rejects.toThrow('Query read timeout');
    line.resume();
    expect(await processOf()).not.toBe(before);
    await dataSource.destroy();
    await line.close();
  });
});
