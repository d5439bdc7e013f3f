import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { Proxy } from './proxy.js';

let database: FreshDatabase;
let direct: pg.Client;
let proxy: Proxy<'postgres'>;
let through: string;
let clients: pg.Client[];

beforeAll(async () => {
  database = await freshDatabase();
  direct = new pg.Client({ connectionString: database.url });
  await direct.connect();
  await direct.query('CREATE TABLE things (name text PRIMARY KEY)');
  const url = new URL(database.url);
  proxy = await Proxy.open({
    name: 'postgres',
    target: { host: url.hostname, port: Number(url.port) },
    protocol: 'postgres',
    random: seededRandom(1, 'network'),
  });
  through = Object.assign(url, { hostname: '127.0.0.1', port: proxy.port }).href;
});
afterAll(async () => {
  await direct.end();
  await proxy.close();
  await database.drop();
});
beforeEach(() => {
  clients = [];
});
afterEach(async () => {
  proxy.heal();
  await Promise.all(clients.map((client) => client.end()));
  await direct.query('TRUNCATE things');
});

async function aClient(application = 'test'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: through, application_name: application });
  clients.push(client);
  client.on('error', () => undefined); // the running query rejects with the same error
  await client.connect();
  return client;
}

async function insert(client: pg.Client, name: string, commit = 'commit'): Promise<void> {
  await client.query('begin');
  await client.query('insert into things values ($1)', [name]);
  await client.query(commit);
}

const names = async (): Promise<string[]> =>
  (await direct.query<{ name: string }>('SELECT name FROM things ORDER BY name')).rows.map(({ name }) => name);

describe('a network without faults', () => {
  it('carries large messages and errors', async () => {
    const client = await aClient();
    const { rows } = await client.query<{ length: number }>('SELECT length($1::text) AS length', [
      'x'.repeat(3_000_000),
    ]);
    expect(rows).toEqual([{ length: 3_000_000 }]);
    expect((await client.query<{ many: string }>("SELECT repeat('y', 3000000) AS many")).rows[0]?.many).toHaveLength(
      3_000_000,
    );
    await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    await insert(client, 'a');
    expect(await names()).toEqual(['a']);
  });
});

describe('a dropped COMMIT response', () => {
  it.each(['commit', 'COMMIT', 'end'])(
    'leaves the row committed, although the client got an error (%s)',
    async (commit) => {
      const client = await aClient();
      const drop = proxy.drop.commitResponses({ occurrences: { nth: 2 } });
      await insert(client, 'a', commit);
      await expect(insert(client, 'b', commit)).rejects.toThrow();
      expect(drop.heal()).toBe(1);
      expect(await names()).toEqual(['a', 'b']);
    },
  );

  it('does not count a transaction that failed before', async () => {
    const client = await aClient();
    const drop = proxy.drop.commitResponses({ occurrences: { nth: 1 } });
    await client.query('begin');
    await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    expect((await client.query('commit')).command).toBe('ROLLBACK');
    expect(drop.hits).toBe(0);
    await expect(insert(client, 'a')).rejects.toThrow();
    expect(await names()).toEqual(['a']);
  });

  it('can be limited to some sessions', async () => {
    const ofApplication = proxy.drop.commitResponses({ occurrences: { every: 1 }, application: /^relay$/ });
    const ofDatabase = proxy.drop.commitResponses({ occurrences: { every: 1 }, database: 'another' });
    await insert(await aClient('order'), 'a');
    await expect(insert(await aClient('relay'), 'b')).rejects.toThrow();
    expect([ofApplication.hits, ofDatabase.hits]).toEqual([1, 0]);
    ofApplication.heal();
    const here = proxy.drop.commitResponses({
      occurrences: { every: 1 },
      database: new URL(through).pathname.slice(1),
    });
    await expect(insert(await aClient('order'), 'c')).rejects.toThrow();
    expect(here.hits).toBe(1);
    expect(await names()).toEqual(['a', 'b', 'c']);
  });
});

describe('a dropped COMMIT', () => {
  it('leaves no row and no lock', async () => {
    const client = await aClient();
    const drop = proxy.drop.commits({ occurrences: { nth: 1 } });
    await expect(insert(client, 'a')).rejects.toThrow();
    expect(drop.hits).toBe(1);
    await insert(await aClient(), 'a'); // would wait for an open transaction
    expect(await names()).toEqual(['a']);
  });

  it('is recognized in the extended protocol too', async () => {
    const client = await aClient();
    const drop = proxy.drop.commits({ occurrences: { nth: 1 } });
    await client.query('begin');
    await expect(client.query({ name: 'ends', text: 'commit' })).rejects.toThrow();
    expect(drop.hits).toBe(1);
  });
});

describe('a half-open connection', () => {
  it('keeps the locks of a client that is gone, until the server learns it', async () => {
    const client = await aClient();
    await client.query('SELECT pg_advisory_lock(4711)');
    proxy.halfOpen({ gone: 'client' });
    const lock = async (): Promise<boolean> =>
      (await direct.query<{ got: boolean }>('SELECT pg_try_advisory_lock(4711) AS got')).rows[0]?.got ?? false;
    await expect(client.query('SELECT 1')).rejects.toThrow();
    expect(await lock()).toBe(false);
    proxy.heal();
    await direct.query('SELECT pg_advisory_lock(4711)');
    await direct.query('SELECT pg_advisory_unlock(4711)');
  });
});

describe('slices of one byte', () => {
  it('are put together again', async () => {
    const slicing = proxy.slicing({ bytes: 1 });
    await insert(await aClient(), 'a');
    expect(await names()).toEqual(['a']);
    expect(slicing.hits).toBeGreaterThan(100);
  });
});
