import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../tools/platform/postgres/fresh-database.js';
import { makeCall, migrate, startCallService } from './call-service.fixture.spec.js';
import { TransactionPooler } from './transaction-pooler.fixture.spec.js';

type Options = Extract<DataSourceOptions, { type: 'postgres' }>;

const aCall = { callId: expect.any(String), seconds: 90, at: expect.any(Date) };

describe('a service in the environment of another team', () => {
  let database: FreshDatabase;
  let options: Options;
  beforeEach(async () => {
    database = await freshDatabase();
    options = { type: 'postgres', url: database.url };
  });
  afterEach(() => database.drop());

  const withSessions = (settings: string): Options => ({ ...options, extra: { options: settings } });
  const byHost = (password: Options['password']): Options => {
    const { hostname: host, port, username, pathname } = new URL(database.url);
    return { type: 'postgres', host, port: Number(port), username, password: password!, database: pathname.slice(1) };
  };
  const passwordOf = (): string => decodeURIComponent(new URL(database.url).password);

  it('publishes and handles with a data source by host, user name and password', async () => {
    await migrate(byHost(passwordOf()));
    expect(await makeCall(byHost(passwordOf()))).toEqual(aCall);
  });

  it('publishes and handles with a function for the password', async () => {
    await migrate(byHost(passwordOf));
    expect(await makeCall(byHost(passwordOf))).toEqual(aCall);
  });

  it.each(['serializable', 'repeatable read'])('handles under the default isolation level %s', async (level) => {
    const isolated = withSessions(`-c default_transaction_isolation=${level.replace(' ', '\\ ')}`);
    await migrate(isolated);
    expect(await makeCall(isolated)).toEqual(aCall);
  });

  it.each(['German', 'SQL,DMY'])('is refused with dates in the style %s', async (style) => {
    await migrate(options);
    await expect(makeCall(withSessions(`-c DateStyle=${style}`))).rejects.toThrow(
      /sends dates in the style .* run ALTER DATABASE … SET DateStyle TO 'ISO, MDY'/,
    );
  });

  it('reads its rows as ever where the program has changed the parsers of pg', async () => {
    await migrate(options);
    const changed = [
      pg.types.builtins.INT8,
      pg.types.builtins.TIMESTAMPTZ,
      pg.types.builtins.BOOL,
      pg.types.builtins.INT4,
    ];
    const before = changed.map((oid) => pg.types.getTypeParser(oid, 'text') as (text: string) => unknown);
    changed.forEach((oid) => pg.types.setTypeParser(oid, (text) => ({ text })));
    try {
      expect(await makeCall(options)).toEqual(aCall);
    } finally {
      changed.forEach((oid, at) => pg.types.setTypeParser(oid, before[at]!));
    }
  });

  it('publishes beside another service in another schema of the database', async () => {
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query('create schema one; create schema two');
    await admin.end();
    const [one, two] = ['one', 'two'].map((schema): Options => ({
      ...withSessions(`-c search_path=${schema}`),
      schema,
    }));
    await migrate(one!);
    await migrate(two!);
    const services = await Promise.all([startCallService(one!), startCallService(two!)]);
    const received = Promise.all(services.map((service) => service.call()));
    expect(await received.finally(() => Promise.all(services.map((service) => service.stop())))).toEqual([
      aCall,
      aCall,
    ]);
  });

  it('goes on where the server closes idle sessions', async () => {
    await migrate(options);
    const admin = new pg.Client({ connectionString: database.url, options: '-c idle_session_timeout=0' });
    await admin.connect();
    const sessions = async (): Promise<number[]> => {
      const own = 'datname = current_database() and pid <> pg_backend_pid()';
      const { rows } = await admin.query<{ pid: number }>(`select pid from pg_stat_activity where ${own}`);
      return rows.map(({ pid }) => pid);
    };
    const { pathname } = new URL(database.url);
    await admin.query(`alter database ${pathname.slice(1)} set idle_session_timeout = '200ms'`);
    const service = await startCallService({ ...options, poolErrorHandler: () => undefined });
    try {
      for (let round = 0; round < 3; round++) {
        expect(await service.call()).toEqual(aCall);
        const before = await sessions();
        // the leader's session is not idle for so long: it asks for its lock
        await eventually(async () => {
          const now = await sessions();
          return before.some((pid) => !now.includes(pid));
        });
      }
      expect(await service.call()).toEqual(aCall);
    } finally {
      await service.stop();
      await admin.end();
    }
  });

  it('is refused with a schema in which its connections find no tables', async () => {
    await migrate(options);
    await expect(makeCall({ ...options, schema: 'sales' })).rejects.toThrow(
      "the data source has the schema sales, and its connections find tables in public: set extra: { options: '-c search_path=sales' }",
    );
  });

  it('is refused behind a pooler that pools transactions', async () => {
    await migrate(options);
    const pooler = await TransactionPooler.start(database.url, 3);
    const { pathname } = new URL(database.url);
    const url = `postgres://anybody:nothing@127.0.0.1:${pooler.port}${pathname}`;
    try {
      await expect(makeCall({ type: 'postgres', url, poolErrorHandler: () => undefined })).rejects.toThrow(
        'connect to PostgreSQL directly, or use pool_mode = session',
      );
    } finally {
      await pooler.stop();
    }
  });
});
