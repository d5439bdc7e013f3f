import pg from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';

type Options = Omit<Extract<DataSourceOptions, { readonly type: 'postgres' }>, 'type' | 'url'>;
export type Migrations = (new () => MigrationInterface)[];

/**
 * Creates a database on the server, in place of an earlier one of that name. Returns its URL. `migrations` and `statements`: what creates its
 * tables.
 */
export async function createDatabase(
  postgresUrl: string,
  name: string,
  migrations: Migrations = [],
  ...statements: readonly string[]
): Promise<string> {
  const database = name.replaceAll('-', '_');
  await query(postgresUrl, `drop database if exists ${database} with (force)`);
  await query(postgresUrl, `create database ${database}`);
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${database}` }).href;
  if (migrations.length > 0) await withDataSource(url, { migrations }, (dataSource) => dataSource.runMigrations());
  for (const text of statements) await query(url, text);
  return url;
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-bench' });
  client.on('error', () => undefined); // the server may stop first; a query then rejects
  await client.connect();
  return client;
}

/** The rows of one statement, over a connection of its own. */
export async function query<R extends object>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = await connect(url);
  try {
    return (await client.query<R>(text, values as unknown[])).rows;
  } finally {
    await client.end();
  }
}

/** With the settings of a deployed service. */
export const openDataSource = (url: string, options: Options = {}): Promise<DataSource> =>
  new DataSource({ type: 'postgres', url, extra: { max: 6, pipeline: true }, ...options }).initialize();

export async function withDataSource<T>(
  url: string,
  options: Options,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await openDataSource(url, options);
  return work(dataSource).finally(() => dataSource.destroy());
}
