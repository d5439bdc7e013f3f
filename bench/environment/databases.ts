import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** Creates an empty database on the server, in place of an earlier one of that name. Returns its URL. */
export async function createDatabase(postgresUrl: string, name: string): Promise<string> {
  await query(postgresUrl, `drop database if exists ${name} with (force)`);
  await query(postgresUrl, `create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
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

export async function withDataSource<T>(
  options: Omit<Extract<DataSourceOptions, { readonly type: 'postgres' }>, 'type'>,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await new DataSource({ type: 'postgres', ...options }).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
