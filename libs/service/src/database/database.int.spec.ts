import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { messagingMigrations, systemWorld } from '@tradewind/messaging';
import { openLine } from '@tradewind/testing';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { serviceMigrations } from '../service.migrations.js';
import { applyMigrations, checkMigrations, connect, databaseFault, dataSourceOf } from './index.js';

describe('a database that is behind', () => {
  let database: FreshDatabase;
  const open = async (url = database.url) => {
    const dataSource = dataSourceOf({ DATABASE_URL: url }, 'probe', [...messagingMigrations, ...serviceMigrations]);
    await connect(dataSource, systemWorld);
    return dataSource;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await freshDatabase();
  });
  afterAll(() => database?.drop());

  it('stops the start, and the pending migrations are named', async () => {
    const dataSource = await open();
    await expect(checkMigrations(dataSource)).rejects.toThrow(
      /^the database lacks Messaging1700000000001, ServiceKeys1700000000002, .*: start once with MIGRATIONS=apply$/,
    );
    await dataSource.destroy();
  });
  it('is migrated once by three that start together, and is then as it should be', async () => {
    const sources = await Promise.all([open(), open(), open()]);
    await Promise.all(sources.map(applyMigrations));
    await Promise.all(sources.map(checkMigrations));
    expect(await Promise.all(sources.map(databaseFault))).toEqual([undefined, undefined, undefined]);
    await sources[0].query("delete from svc_migrations where name like 'ServiceKeys%'");
    expect(await databaseFault(sources[0])).toBe('the database is behind its migrations');
    await Promise.all(sources.map((source) => source.destroy()));
  });
  it('is refused at once, not waited for, when it lets nobody in', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(open(url.href)).rejects.toThrow('does not exist');
  });
});

describe('a database that has not answered a question', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database?.drop());

  it('is asked the next one over another connection: the first would let it wait as long', async () => {
    const url = new URL(database.url);
    const line = await openLine(url.host);
    url.host = `127.0.0.1:${line.port}`;
    const dataSource = dataSourceOf({ DATABASE_URL: url.href }, 'probe', [], 200);
    await connect(dataSource, systemWorld);
    const processOf = async (): Promise<number> =>
      (await dataSource.query<{ pid: number }[]>('select pg_backend_pid() as pid'))[0]!.pid;
    const before = await processOf();
    line.silence();
    await expect(processOf()).rejects.toThrow('Query read timeout');
    line.mend();
    expect(await processOf()).not.toBe(before);
    await dataSource.destroy();
    await line.close();
  });
});
