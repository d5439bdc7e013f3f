import pg from 'pg';
import type { DataSource } from 'typeorm';
import { OperatorError, Unreachable } from './errors.js';

/** Each service's database, by service: its URL, or a data source that is initialised. */
export type Databases = Readonly<Record<string, string | DataSource>>;

/** A row, and the service whose database has it. */
export type OfService<R> = R & { readonly service: string };

/** A connection within a transaction. */
export interface Connection {
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
}

/** Runs a query in the database of each service, one after another. */
export async function queryAll<R extends object>(
  databases: Databases,
  sql: string,
  values: readonly unknown[] = [],
): Promise<OfService<R>[]> {
  const found: OfService<R>[] = [];
  for (const service of Object.keys(databases)) {
    const rows = await inTransaction(databases, service, 'read only', (connection) => connection.query<R>(sql, values));
    for (const row of rows) found.push({ service, ...row });
  }
  return found;
}

/** Runs `work` in one transaction in the database of a service. */
export const changeIn = <T>(
  databases: Databases,
  service: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> => inTransaction(databases, service, 'read write', work);

async function inTransaction<T>(
  databases: Databases,
  service: string,
  mode: 'read only' | 'read write',
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const database = databases[service];
  if (!database) throw new OperatorError(`the database of "${service}" is not known`);
  if (typeof database !== 'string') return onDataSource(database, mode, work);
  const client = new pg.Client({
    connectionString: database,
    application_name: 'tradewind-operator',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // the running query rejects with it
  try {
    await client.connect();
  } catch (error) {
    await client.end();
    throw new Unreachable(`the database of ${service} can't be reached: ${reasonOf(error)}`, { cause: error });
  }
  try {
    await client.query(`begin transaction ${mode}`);
    const result = await work({ query: async (text, values = []) => (await client.query(text, [...values])).rows });
    await client.query('commit');
    return result;
  } finally {
    await client.end(); // rolls back what was not committed
  }
}

const onDataSource = <T>(
  dataSource: DataSource,
  mode: 'read only' | 'read write',
  work: (connection: Connection) => Promise<T>,
): Promise<T> =>
  dataSource.transaction(async (manager) => {
    await manager.query(`set transaction ${mode}`);
    return work({
      query: <R extends object>(text: string, values: readonly unknown[] = []) => manager.query<R[]>(text, [...values]),
    });
  });

/** A connection refused by several addresses has a code and no message. */
const reasonOf = (error: unknown): string =>
  (error as Error).message || (error as { code?: string }).code || String(error);
