import { messagingMigrations } from '@tradewind/messaging';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { createDatabase } from '../environment/databases.js';

class CreateProducts1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table bench_stock_levels (
      product text primary key, available int not null check (available >= 0), taken int not null, refused int not null, last int not null, out_of_order int not null) with (fillfactor = 60)`);
    await runner.query(`create table bench_prices (
      product text primary key, name text not null, price int not null, changes int not null, sequence bigint not null) with (fillfactor = 60)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bench_stock_levels, bench_prices');
  }
}

/** Opens the database of a service under measurement, with the settings of a deployed service. */
export const openDataSource = (url: string): Promise<DataSource> =>
  new DataSource({
    type: 'postgres',
    url,
    migrations: [...messagingMigrations, CreateProducts1790000000001],
    applicationName: 'bench',
    extra: { max: 6, pipeline: true },
  }).initialize();

/** Creates the database of a service, with empty tables. Returns its URL. */
export async function createServiceDatabase(postgresUrl: string, name: string): Promise<string> {
  const url = await createDatabase(postgresUrl, name.replaceAll('-', '_'));
  const dataSource = await openDataSource(url);
  await dataSource.runMigrations();
  await dataSource.destroy();
  return url;
}
