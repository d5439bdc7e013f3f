import { Logger } from '@nestjs/common';
import type { Clock, Timers } from '@tradewind/kernel';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { DatabaseConfig } from '../config/index.js';
import { isAccessRefused, isDatabaseUnavailable } from './database-unavailable.js';
import { applyMigrations, checkMigrations, migrationsTable, pendingMigrations } from './migrate.js';

export type Migration = new () => MigrationInterface;

interface TimePorts {
  readonly clock: Clock;
  readonly timers: Timers;
}

const poolSize = 5;
/** Limit for a new connection and for one of the pool that becomes free. */
const connectionTimeoutMs = 3_000;
/** The client's own limit: a server that does not answer a statement for so long counts as gone. */
const queryTimeoutMs = (statementTimeout: number): number => statementTimeout + 3_000;
const startupTimeoutMs = 30_000;
const retryIntervalMs = 500;

/** No limits for migrations. */
const timeoutsOf = (statementTimeout: number | undefined): object =>
  statementTimeout === undefined
    ? {}
    : { statement_timeout: statementTimeout, query_timeout: queryTimeoutMs(statementTimeout) };

/** Not connected yet. `logging` is off: statements contain values. */
export const dataSourceOf = (
  config: Pick<DatabaseConfig, 'DATABASE_URL'>,
  name: string,
  migrations: readonly Migration[],
  statementTimeout?: number,
): DataSource =>
  new DataSource({
    type: 'postgres',
    driver: pg, // TypeORM would look for it when it starts, which a bundle does not have
    url: config.DATABASE_URL,
    applicationName: name,
    synchronize: false,
    logging: false,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    extra: {
      max: poolSize,
      pipeline: true,
      connectionTimeoutMillis: connectionTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...timeoutsOf(statementTimeout),
    },
    // Without a listener the pool ends the process when the server closes a connection.
    poolErrorHandler: (error: unknown) => new Logger('Database').warn('an idle connection failed', error),
  });

/** Connects. Waits up to 30 s for a database that is not available yet. */
export async function connect(dataSource: DataSource, { clock, timers }: TimePorts): Promise<void> {
  const logger = new Logger('Database');
  const deadline = clock.now().getTime() + startupTimeoutMs;
  for (let attempts = 0; ; attempts++) {
    try {
      await dataSource.initialize();
      dropHungConnections(dataSource);
      return;
    } catch (error) {
      const left = deadline - clock.now().getTime();
      if (!isDatabaseUnavailable(error) || isAccessRefused(error) || left <= 0) throw error;
      if (attempts % 4 === 0)
        logger.warn(`the database is not available yet; waiting up to ${Math.round(left / 1_000)} s more`, error);
      await timers.wait(retryIntervalMs);
    }
  }
}

/** Connects and applies (as the owner of the tables) or checks the migrations. If it throws, no connection stays open. */
export async function openDatabase(
  config: Pick<DatabaseConfig, 'DATABASE_URL' | 'MIGRATION_DATABASE_URL' | 'MIGRATIONS' | 'STATEMENT_TIMEOUT_MS'>,
  name: string,
  migrations: readonly Migration[],
  time: TimePorts,
): Promise<DataSource> {
  const dataSource = dataSourceOf(config, name, migrations, config.STATEMENT_TIMEOUT_MS);
  await connect(dataSource, time);
  try {
    if (config.MIGRATIONS === 'apply' && (await pendingMigrations(dataSource)).length > 0)
      await migrate(dataSourceOf(asOwner(config), `${name} migrations`, migrations), time);
    await checkMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

const asOwner = ({
  DATABASE_URL,
  MIGRATION_DATABASE_URL = DATABASE_URL,
}: Pick<DatabaseConfig, 'DATABASE_URL' | 'MIGRATION_DATABASE_URL'>): Pick<DatabaseConfig, 'DATABASE_URL'> => ({
  DATABASE_URL: MIGRATION_DATABASE_URL,
});

async function migrate(dataSource: DataSource, time: TimePorts): Promise<void> {
  await connect(dataSource, time);
  try {
    await applyMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

interface PooledClient {
  readonly _activeQuery: unknown;
  _queryable: boolean;
  readonly connection: { readonly stream: { readonly destroyed: boolean; destroy(error: Error): void } };
}

/** A query that timed out leaves its connection busy, and TypeORM returns it to the pool all the same: the next query would queue behind it. */
function dropHungConnections(dataSource: DataSource): void {
  const { master } = dataSource.driver as unknown as {
    master: { on(event: 'release', listener: (error: unknown, client: PooledClient) => void): void };
  };
  master.on('release', (error, client) => {
    const { stream } = client.connection;
    if (error || !(client._activeQuery || stream.destroyed)) return;
    client._queryable = false; // the pool discards a client that is not queryable
    stream.destroy(new Error('Query read timeout'));
  });
}
