import pg from 'pg';
import type { DataSource } from 'typeorm';
import { OperatorError, Unreachable } from './errors.js';

/** A pool of connections, as pg has it. */
export interface ConnectionPool {
  connect(): Promise<PooledConnection>;
}

export interface PooledConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
  release(error?: Error): void;
}

/** A database: its URL, a pool of connections, or a data source that is initialised. */
export type Database = string | ConnectionPool | DataSource;

/** A database, and who changes it. `msg_operator_actions` records the actor; without one it records the role of the connection. */
export interface ActedOn {
  readonly database: Database;
  readonly actor: string;
}

/** Each service's database, by service. */
export type Databases = Readonly<Record<string, Database | ActedOn>>;

/** The same databases, changed by this person or program. */
export const actingAs = (actor: string, databases: Databases): Databases =>
  Object.fromEntries(
    Object.entries(databases).map(([service, database]) => [service, { database: databaseOf(database), actor }]),
  );

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
  const named = databases[service];
  if (!named) throw new OperatorError(`the database of "${service}" is not known`);
  const database = databaseOf(named);
  const asActor = async (connection: Connection): Promise<T> => {
    if (isActedOn(named)) await connection.query(setActor, [named.actor]);
    return work(connection);
  };
  if (typeof database === 'object' && 'transaction' in database) return onDataSource(database, mode, asActor);
  const { client, release } = await connect(service, database);
  try {
    await client.query(`begin transaction ${mode}`);
    const result = await asActor({
      query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
        (await client.query(text, [...values])).rows as R[],
    });
    await client.query('commit');
    await release();
    return result;
  } catch (error) {
    await release(error as Error); // closes the connection, which rolls back
    throw error;
  }
}

/** The column `actor` has this setting as its default. */
const setActor = `select set_config('tradewind.actor', $1, true)`;

const isActedOn = (database: Database | ActedOn): database is ActedOn =>
  typeof database === 'object' && 'actor' in database;

const databaseOf = (database: Database | ActedOn): Database => (isActedOn(database) ? database.database : database);

interface Connected {
  readonly client: Pick<PooledConnection, 'query'>;
  release(error?: Error): void | Promise<void>;
}

/** A connection of the pool, or one of its own. Rejects with Unreachable. */
async function connect(service: string, database: string | ConnectionPool): Promise<Connected> {
  try {
    if (typeof database !== 'string') {
      const client = await database.connect();
      return { client, release: (error) => client.release(error) };
    }
    const client = new pg.Client({
      connectionString: database,
      application_name: 'tradewind-operator',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined); // the running query rejects with it
    await client.connect().catch(async (error: unknown) => {
      await client.end();
      throw error;
    });
    return { client, release: () => client.end() };
  } catch (error) {
    throw new Unreachable(`the database of ${service} can't be reached: ${reasonOf(error)}`, { cause: error });
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
