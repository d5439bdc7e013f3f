import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { messagingMigrations, rows, save, table } from '../../index.js';
import { StatementTimeout, StoreUnavailable, UniqueConflict } from '../../ports/index.js';
import { systemPorts } from '../system/system.js';
import { Runner } from '../../handling/runner.js';
import { storeError } from './postgres-errors.js';
import { PostgresStore } from './postgres-store.js';
import { sqlStateRuleOf, type Decision } from './sql-states.js';

interface Order {
  readonly orderId: string;
  readonly note: string;
}
const Orders = table<Order>('orders', 'orderId', { orderId: 'text', note: 'text' });

describe('a failure of PostgreSQL', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  const connections = 3;
  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
      poolErrorHandler: () => undefined,
      extra: { max: connections, pipeline: true },
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table orders (order_id text primary key, note text not null)');
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const withClient = async (use: (client: pg.Client) => Promise<unknown>): Promise<unknown> => {
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await use(client).then(
        () => undefined,
        (error: unknown) => error,
      );
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
  const prepared = { name: 'a', text: 'select * from orders' };

  const real: readonly (readonly [string, string, Decision, (client: pg.Client) => Promise<unknown>])[] = [
    [
      'a column that changed its type',
      '0A000',
      'fresh connection',
      async (client) => {
        await client.query(prepared);
        await client.query('alter table orders alter column note type varchar(80)');
        await client.query(prepared).finally(() => client.query('alter table orders alter column note type text'));
      },
    ],
    [
      'a feature that is missing',
      '0A000',
      'failed',
      (client) => client.query('select 1 from orders, (select max(note) from orders for update) as m'),
    ],
    [
      'a prepared statement that is gone',
      '26000',
      'fresh connection',
      async (client) => {
        await client.query(prepared);
        await client.query('deallocate all');
        await client.query(prepared);
      },
    ],
    [
      'a prepared statement that exists',
      '42P05',
      'fresh connection',
      async (client) => {
        await client.query('prepare a as select 1');
        await client.query(prepared);
      },
    ],
    [
      'a read-only server',
      '25006',
      'fresh connection',
      async (client) => {
        await client.query('set default_transaction_read_only = on');
        await client.query('delete from orders');
      },
    ],
    [
      'a session that was terminated',
      '57P01',
      'fresh connection',
      (client) => client.query('select pg_terminate_backend(pg_backend_pid())'),
    ],
    [
      'a statement that took too long',
      '57014',
      'timeout',
      async (client) => {
        await client.query('set statement_timeout = 20');
        await client.query('select pg_sleep(20)');
      },
    ],
    [
      'a lock that is held',
      '55P03',
      'transient',
      (client) =>
        withClient(async (other) => {
          await other.query('begin; lock table orders');
          await client.query('set lock_timeout = 20');
          const error: unknown = await client.query('select * from orders').catch((thrown: unknown) => thrown);
          await other.query('rollback');
          throw error as Error;
        }).then((error) => {
          throw error as Error;
        }),
    ],
    [
      'a key that exists',
      '23505',
      'conflict',
      (client) => client.query(`insert into orders values ('a', ''), ('a', '')`),
    ],
    ['a byte that text cannot contain', '22021', 'failed', (client) => client.query('select $1::text', ['a\0'])],
    [
      'an index row that is too large',
      '54000',
      'failed',
      (client) =>
        client.query(`insert into orders select string_agg(md5(n::text), ''), '' from generate_series(1, 300) n`),
    ],
    ['a table that does not exist', '42P01', 'failed', (client) => client.query('select * from nothing')],
  ];
  it.each(real)('%s (%s) is %s', async (_, code, decision, raise) => {
    const error = await withClient(raise);
    expect([codeOf(error), sqlStateRuleOf(error as object)?.decision]).toEqual([code, decision]);
  });

  it('of a database that does not exist is transient', async () => {
    const url = new URL(database.url);
    url.pathname = '/nothing';
    const client = new pg.Client({ connectionString: url.href });
    const error: unknown = await client.connect().catch((thrown: unknown) => thrown);
    expect([codeOf(error), storeError(error)]).toEqual(['3D000', expect.any(StoreUnavailable)]);
  });

  const raised: readonly (readonly [string, new (...args: never[]) => Error])[] = [
    ...[
      '08006',
      '25P03',
      '25P04',
      '28P01',
      '40001',
      '40P01',
      '40003',
      '53100',
      '53200',
      '53300',
      '55006',
      '57P02',
      '57P03',
      '58030',
      '72000',
    ].map((code) => [code, StoreUnavailable] as const),
    ['57014', StatementTimeout],
    ['23505', UniqueConflict],
    ...['22003', '22P05', '23502', '23503', '25P02', '42501', '42703', '54001', '55000', 'P0001', 'XX000', 'XX001'].map(
      (code) => [code, pg.DatabaseError] as const,
    ),
  ];
  it.each(raised)('with the state %s becomes the right error', async (code, error) => {
    const thrown = await withClient((client) =>
      client.query(`do $$ begin raise exception using errcode = '${code}'; end $$`),
    );
    expect([codeOf(thrown), storeError(thrown)]).toEqual([code, expect.any(error)]);
  });

  it('that a fresh connection heals fails no message: a column changes while statements are prepared', async () => {
    const store = new PostgresStore(dataSource);
    const runner = new Runner(store, [Orders], systemPorts);
    const handle = async (): Promise<readonly string[]> => {
      const invocations = Array.from({ length: 12 }, (_, at) => ({
        cause: crypto.randomUUID(),
        orderingKey: `${at}`,
        consumer: 'test',
        load: { orders: rows(Orders, (id: string) => [id]) },
        input: `${at}`,
        decide: () => save(Orders, { orderId: `${at}`, note: 'n' }),
      }));
      return (await Promise.all(invocations.map((each) => runner.run([each as never])))).flatMap((outcomes) =>
        [...outcomes.values()].map(({ kind }) => kind),
      );
    };
    expect(new Set(await handle())).toEqual(new Set(['done']));
    await dataSource.query('alter table orders alter column note type varchar(40)');
    const attempts: (readonly string[])[] = [];
    while (attempts.length <= connections && attempts.at(-1)?.every((kind) => kind === 'done') !== true)
      attempts.push(await handle());
    expect(new Set(attempts.flat())).toEqual(new Set(['transient', 'done']));
    expect(new Set(attempts.at(-1))).toEqual(new Set(['done']));
  });
});
