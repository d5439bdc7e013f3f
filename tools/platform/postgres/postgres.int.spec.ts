import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { freePorts } from '../process/ports.js';
import { removeState } from '../process/temporary-folder.js';
import { connectionLimit, createServiceDatabase } from './service-database.js';
import { startPostgres, type Postgres, type PostgresOptions } from './start-postgres.js';

jest.setTimeout(60_000);

let folder: string;
let options: PostgresOptions;
let postgres: Postgres;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  chmodSync(folder, 0o755);
  const [port = 0] = await freePorts(1);
  options = { dataDir: join(folder, 'data'), port, password: "it's secret", logFile: join(folder, 'log') };
  postgres = await startPostgres(options);
});

afterAll(async () => {
  await postgres.stop();
  removeState(folder);
});

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a started PostgreSQL', () => {
  it('writes to disk before it confirms a commit', async () => {
    expect(
      await ask(
        postgres.adminUrl,
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'listen_addresses') ORDER BY name",
      ),
    ).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  it('rejects a wrong password', async () => {
    await expect(ask(postgres.adminUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
  });
});

describe('a service database', () => {
  const passwordsOf = (password: string) => ({ service: password, owner: `${password} of the owner` });

  it('accepts its own roles only', async () => {
    const cart = await createServiceDatabase(postgres.adminUrl, 'cart', passwordsOf('one'));
    const order = await createServiceDatabase(postgres.adminUrl, 'order', passwordsOf('two'));
    const whoAmI = 'SELECT current_user::text AS role, current_database()::text AS database';
    expect(await ask(cart.url, whoAmI)).toEqual([{ role: 'cart', database: 'cart' }]);
    expect(await ask(cart.ownerUrl, whoAmI)).toEqual([{ role: 'cart_owner', database: 'cart' }]);
    for (const url of [cart.url, cart.ownerUrl])
      for (const database of ['order', 'postgres', 'template1'])
        await expect(ask(url.replace(/\/cart$/, `/${database}`), 'SELECT 1')).rejects.toThrow(
          `permission denied for database "${database}"`,
        );
    await expect(ask(order.url.replace(/\/order$/, '/cart'), 'SELECT 1')).rejects.toThrow('permission denied');
  });

  it('lets the service change rows, and no table', async () => {
    const { url, ownerUrl } = await createServiceDatabase(postgres.adminUrl, 'stock', passwordsOf('one'));
    await ask(ownerUrl, 'CREATE TABLE levels (id int GENERATED ALWAYS AS IDENTITY, n int)');
    await ask(url, 'INSERT INTO levels (n) VALUES (1); UPDATE levels SET n = 2');
    expect(await ask(url, 'DELETE FROM levels RETURNING id, n')).toEqual([{ id: 1, n: 2 }]);
    for (const statement of [
      'CREATE TABLE other (n int)',
      'CREATE TEMPORARY TABLE other (n int)',
      'ALTER TABLE levels ADD m int',
      'TRUNCATE levels',
      'DROP TABLE levels',
      'SET ROLE stock_owner',
    ])
      await expect(ask(url, statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('refuses a service that takes more connections than its own', async () => {
    const { url } = await createServiceDatabase(postgres.adminUrl, 'leak', passwordsOf('one'));
    await ask(postgres.adminUrl, 'ALTER ROLE leak CONNECTION LIMIT 1');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await expect(ask(url, 'SELECT 1')).rejects.toThrow('too many connections for role "leak"');
    await client.end();
    expect(await ask(postgres.adminUrl, "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'cart'")).toEqual([
      { rolconnlimit: connectionLimit },
    ]);
  });

  it('can be created again, with a new password', async () => {
    const before = await createServiceDatabase(postgres.adminUrl, 'user', passwordsOf('old'));
    await ask(before.ownerUrl, 'CREATE TABLE existing (n int)');
    const after = await createServiceDatabase(postgres.adminUrl, 'user', passwordsOf('new:/@%'));
    expect(await ask(after.url, 'SELECT * FROM existing')).toEqual([]);
    for (const url of [before.url, before.ownerUrl])
      await expect(ask(url, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('an administrator without superuser', () => {
  it('can create service databases', async () => {
    await ask(
      postgres.adminUrl,
      "CREATE ROLE limited LOGIN CREATEROLE CREATEDB PASSWORD 'k'; GRANT CONNECT ON DATABASE postgres TO limited",
    );
    const { url } = await createServiceDatabase(postgres.adminUrl.replace(/\/\/[^@]+@/, '//limited:k@'), 'payment', {
      service: 'three',
      owner: 'four',
    });
    expect(await ask(url, 'SELECT current_user::text AS role')).toEqual([{ role: 'payment' }]);
    const stranger = await createServiceDatabase(postgres.adminUrl, 'product', { service: 'five', owner: 'six' });
    for (const other of [stranger.url, stranger.ownerUrl])
      await expect(ask(other.replace(/\/product$/, '/payment'), 'SELECT 1')).rejects.toThrow('permission denied');
  });
});

describe('a PostgreSQL that was killed', () => {
  it('restarts with the committed data', async () => {
    await ask(postgres.adminUrl, 'CREATE TABLE committed AS SELECT 1 AS n');
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.process.exited;
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
  });

  it('restarts while one of its processes is paused', async () => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    client.on('error', () => undefined); // the kill closes the connection
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]?.pid as number, 'SIGSTOP');
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.process.exited;
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
    await client.end();
  });

  it('restarts when its pid belongs to another process', async () => {
    await postgres.stop();
    writeFileSync(join(options.dataDir, 'postmaster.pid'), `${process.ppid}\n`);
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('a PostgreSQL that is paused', () => {
  it('does not answer until it is resumed', async () => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
    postgres.signal('SIGSTOP');
    let answered = false;
    const answer = client.query('SELECT 1').then(() => (answered = true));
    const stranger = new pg.Client({ connectionString: postgres.adminUrl, connectionTimeoutMillis: 200 });
    await expect(stranger.connect()).rejects.toThrow('timeout');
    expect(answered).toBe(false);
    postgres.signal('SIGCONT');
    await answer;
    await client.end();
  });

  it('can be shut down', async () => {
    postgres.signal('SIGSTOP');
    await postgres.stop();
    expect(postgres.process.ended()).toEqual({ code: 0, signal: null });
    postgres = await startPostgres(options);
  });
});

describe('a PostgreSQL that outlived its supervisor', () => {
  it('is stopped and replaced by the next start', async () => {
    const left = postgres;
    postgres = await startPostgres(options);
    await left.process.exited;
    expect(postgres.pid).not.toBe(left.pid);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
  });
});

describe('a first start that was interrupted', () => {
  it('is repeated', async () => {
    const [port = 0] = await freePorts(1);
    const half = { ...options, dataDir: join(folder, 'half'), port };
    const first = await startPostgres(half);
    await first.stop();
    rmSync(join(half.dataDir, 'global'), { recursive: true });
    writeFileSync(`${half.dataDir}.unfinished`, '');
    const second = await startPostgres(half);
    await second.stop();
    expect(existsSync(`${half.dataDir}.unfinished`)).toBe(false);
  });
});
