import { messagingMigrations } from '@tradewind/messaging';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { rowsOf } from '../ground/databases.js';
import { shelves, stock } from './asks.js';
import type { Copy } from './copies.js';
import type { Shelf } from './shelves.js';

class CreateArticles1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table bench_shelves (
      article text primary key, available int not null check (available >= 0), taken int not null, refused int not null, last int not null, misplaced int not null) with (fillfactor = 60)`);
    await runner.query(`create table bench_copies (
      article text primary key, name text not null, price int not null, changes int not null, sequence bigint not null) with (fillfactor = 60)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bench_shelves, bench_copies');
  }
}

/** The data source of a service under measurement, with all of its migrations and as services open theirs. */
export const dataSourceOf = (url: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    migrations: [...messagingMigrations, CreateArticles1790000000001],
    applicationName: 'bench',
    extra: { max: 6, pipeline: true },
  });

export async function createTables(url: string): Promise<void> {
  const dataSource = await dataSourceOf(url).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

/** Every shelf is full. */
export async function fillShelves(url: string): Promise<void> {
  await rowsOf(
    url,
    `insert into bench_shelves (article, available, taken, refused, last, misplaced) select 'article-' || n, ${stock}, 0, 0, 0, 0 from generate_series(0, ${shelves - 1}) n`,
  );
  await rowsOf(url, 'analyze bench_shelves');
}

export const shelvesIn = (url: string): Promise<Shelf[]> =>
  rowsOf<Shelf>(url, 'select article, available, taken, refused, last, misplaced from bench_shelves');
export const copiesIn = (url: string): Promise<Copy[]> =>
  rowsOf<Copy>(url, 'select article, name, price, changes, sequence::int from bench_copies');
