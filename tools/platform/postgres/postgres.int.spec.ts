import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { freePorts } from '../process/ports.js';
import { removeState } from '../process/temporary-folder.js';
import { createServiceDatabase } from './service-database.js';
import { startPostgres, type Postgres, type PostgresOptions } from './start-postgres.js';

jest.setTimeout(60_000);

let folder: string;
let options: PostgresOptions;
let postgres: Postgres;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  chmodSync(folder, 0o755);
  const [port = 0] = await freePorts(1);
  options = { dataDir: join(folder, 'data'), port, password: "it's secret", log: join(folder, 'log') };
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

describe('a PostgreSQL of our own', () => {
  it('writes everything to disk before it answers', async () => {
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

  it('refuses a wrong password', async () => {
    await expect(ask(postgres.adminUrl.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
  });
});

describe('a service database', () => {
  it('is reached by its own role alone', async () => {
    const cart = await createServiceDatabase(postgres.adminUrl, 'cart', 'one');
    const order = await createServiceDatabase(postgres.adminUrl, 'order', 'two');
    expect(await ask(cart, 'SELECT current_user::text AS role, current_database()::text AS database')).toEqual([
      { role: 'cart', database: 'cart' },
    ]);
    for (const database of ['order', 'postgres', 'template1']) {
      await expect(ask(cart.replace(/\/cart$/, `/${database}`), 'SELECT 1')).rejects.toThrow(
        `permission denied for database "${database}"`,
      );
    }
    await expect(ask(order.replace(/\/order$/, '/cart'), 'SELECT 1')).rejects.toThrow('permission denied');
  });

  it('may be asked for again, and takes a new password', async () => {
    const before = await createServiceDatabase(postgres.adminUrl, 'user', 'old');
    await ask(before, 'CREATE TABLE kept (n int)');
    const after = await createServiceDatabase(postgres.adminUrl, 'user', 'new:/@%');
    expect(await ask(after, 'SELECT * FROM kept')).toEqual([]);
    await expect(ask(before, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });
});

describe('an administrator who is no superuser', () => {
  it('makes service databases too', async () => {
    await ask(
      postgres.adminUrl,
      "CREATE ROLE keeper LOGIN CREATEROLE CREATEDB PASSWORD 'k'; GRANT CONNECT ON DATABASE postgres TO keeper",
    );
    const url = await createServiceDatabase(postgres.adminUrl.replace(/\/\/[^@]+@/, '//keeper:k@'), 'payment', 'three');
    expect(await ask(url, 'SELECT current_user::text AS role')).toEqual([{ role: 'payment' }]);
    const stranger = await createServiceDatabase(postgres.adminUrl, 'product', 'four');
    await expect(ask(stranger.replace(/\/product$/, '/payment'), 'SELECT 1')).rejects.toThrow('permission denied');
  });
});

describe('a PostgreSQL that was killed', () => {
  it('starts again with what was committed', async () => {
    await ask(postgres.adminUrl, 'CREATE TABLE committed AS SELECT 1 AS n');
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.process.exited;
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
  });

  it('starts again though one of its processes does not know yet', async () => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    client.on('error', () => undefined); // it is cut by what follows
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]?.pid as number, 'SIGSTOP');
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.process.exited;
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
    await client.end();
  });

  it('starts even when its pid belongs to somebody else by now', async () => {
    await postgres.stop();
    writeFileSync(join(options.dataDir, 'postmaster.pid'), `${process.ppid}\n`);
    postgres = await startPostgres(options);
    expect(await ask(postgres.adminUrl, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });
});

describe('a PostgreSQL that is paused', () => {
  it('answers nobody until it goes on', async () => {
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

  it('can be stopped in order all the same', async () => {
    postgres.signal('SIGSTOP');
    await postgres.stop();
    expect(postgres.process.ended()).toEqual({ code: 0, signal: null });
    postgres = await startPostgres(options);
  });
});

describe('a PostgreSQL that outlived who started it', () => {
  it('is stopped and taken over by the next start', async () => {
    const left = postgres;
    postgres = await startPostgres(options);
    await left.process.exited;
    expect(postgres.pid).not.toBe(left.pid);
    expect(await ask(postgres.adminUrl, 'SELECT n FROM committed')).toEqual([{ n: 1 }]);
  });
});

describe('a first start that was interrupted', () => {
  it('is begun anew', async () => {
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
