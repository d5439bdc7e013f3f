import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { SagaHistory, SagaInstances } from '../../sagas/saga-instances.js';
import { declareTable, type AnyTable } from '../../ports/table.js';
import type { TableFindings } from '../../ports/declared-table.js';
import { messagingMigrations } from './migrations.js';
import { PostgresStore } from './postgres-store.js';

const ddl = `
create schema fleet;
create type fleet.van_status as enum ('free');
create domain plate as varchar(10);
create table vans (tenant_id text, van_id text, free int not null, depot text, primary key (tenant_id, van_id));
create index on vans (depot, free);
create index on vans (free) where free > 0;
create table halls (hall_id text primary key, free bigint not null default 0, opened_at timestamp, status fleet.van_status, plate plate,
  tags text[], price_amount int8, price_currency char(3), made_by text not null, made_at timestamptz not null default now(),
  doubled bigint generated always as (free * 2) stored, number int generated always as identity, spare interval);
create table keyless (id text);
create table fleet.depots (id uuid primary key);
create view hall_view as select hall_id from halls`;

describe('declared tables', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let store: PostgresStore;
  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(ddl);
    store = new PostgresStore(dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const compare = (table: AnyTable, loadedBy: readonly string[] = []): Promise<TableFindings> =>
    store.compareTables([{ table, loadedBy }]);
  const problemsOf = async (table: AnyTable): Promise<readonly string[]> => (await compare(table)).problems;
  const vans = (key: string | readonly string[], columns: object = {}): AnyTable =>
    declareTable({ name: 'vans', key, columns: { tenantId: 'text', vanId: 'text', free: 'int4', ...columns } });
  const halls = (columns: object): AnyTable =>
    declareTable({ name: 'halls', key: 'hallId', columns: { hallId: 'text', madeBy: 'text', ...columns } });

  it('fit: those of the library, and those that name everything as it is', async () => {
    const tables = [
      SagaInstances,
      SagaHistory,
      vans(['vanId', 'tenantId']),
      declareTable({ name: 'fleet.depots', schema: 'fleet', key: 'id', columns: { id: 'uuid' } }),
      halls({
        free: 'int8',
        openedAt: 'timestamp',
        status: { type: 'enum', enumName: 'fleet.van_status' },
        plate: 'text',
        tags: { type: 'text', array: true },
        price: 'money',
        doubled: { type: 'int8', written: 'never' },
      }),
    ];
    expect(await store.compareTables(tables.map((table) => ({ table, loadedBy: [] })))).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it('do not fit with another key than the primary key', async () => {
    expect(await problemsOf(vans('vanId'))).toEqual([
      `the table vans has the primary key (tenant_id, van_id), the code declares (van_id): declare the key ['tenantId', 'vanId']`,
    ]);
    expect(await problemsOf(vans(['tenantId', 'free']))).toHaveLength(1);
    expect(await problemsOf(halls({}))).toEqual([]);
    expect(
      await problemsOf(
        declareTable({ name: 'halls', key: ['hallId', 'madeBy'], columns: { hallId: 'text', madeBy: 'text' } }),
      ),
    ).toEqual([
      `the table halls has the primary key (hall_id), the code declares (hall_id, made_by): declare the key 'hallId'`,
    ]);
    expect(await problemsOf(declareTable({ name: 'keyless', key: 'id', columns: { id: 'text' } }))).toEqual([
      'the table keyless has no primary key, the code declares (id): add the primary key',
    ]);
    expect(await problemsOf(declareTable({ name: 'vans', key: 'vanId', columns: { vanId: 'text' } }))).toEqual([
      'the table vans has the primary key (tenant_id, van_id), the code declares (van_id): declare all of its columns and name them in the key',
      'the table vans requires the column tenant_id (not null, without a default), which the code does not declare: an insert would fail',
      'the table vans requires the column free (not null, without a default), which the code does not declare: an insert would fail',
    ]);
  });

  it('do not fit where the table is missing, or is none', async () => {
    const of = (name: string): AnyTable => declareTable({ name, key: 'id', columns: { id: 'uuid' } });
    expect(await problemsOf(of('trucks'))).toEqual([
      'the table trucks does not exist in the schema public: run the migrations before the application starts',
    ]);
    expect(await problemsOf(of('depots'))).toEqual([
      'the table depots does not exist in the schema public: run the migrations before the application starts; there is one in fleet: declare it as fleet.depots',
    ]);
    expect(await problemsOf(of('hall_view'))).toEqual([
      'hall_view is a view or another relation that is not a table: declare its table',
    ]);
  });

  it('do not fit with missing columns, other types and columns that cannot be written', async () => {
    expect(
      await problemsOf(
        halls({
          freeSeats: 'int4',
          free: 'int4',
          openedAt: 'timestamptz',
          status: 'text',
          tags: 'text',
          plate: { type: 'text', array: true },
          price: 'text',
          doubled: 'int8',
          spare: 'text',
          madeBy: { type: 'text', written: 'update' },
        }),
      ),
    ).toEqual([
      'the column halls.made_by is not null without a default, and the code does not insert it: an insert would fail',
      'the table halls has no column free_seats, which the code declares: correct its name or add it',
      'the column halls.free has the type bigint, the code declares int4: declare int8 or int8-string',
      'the column halls.opened_at has the type timestamp without time zone, the code declares timestamptz: declare timestamp',
      `the column halls.status has the type fleet.van_status, the code declares text: declare an enum with enumName: 'fleet.van_status'`,
      'the column halls.tags has the type text[], the code declares text: declare text[]',
      'the column halls.plate has the type plate, the code declares text[]: declare text',
      'the table halls has no column price, which the code declares: correct its name or add it',
      `the database generates the column halls.doubled, the code writes it: declare written: 'never'`,
      'the column halls.spare has the type interval, the code declares text: change the column to text',
    ]);
  });

  it('warn of columns without an index by which rows are found', async () => {
    const warning = (column: string): string =>
      `no index of vans begins with ${column}: rowsWhere(…, '${column}') reads the whole table each time`;
    const { warnings } = await compare(vans(['tenantId', 'vanId'], { depot: 'text' }), [
      'depot',
      'free',
      'tenantId',
      'vanId',
    ]);
    expect(warnings).toEqual([warning('free'), warning('vanId').replace('with vanId', 'with van_id')]);
  });
});
