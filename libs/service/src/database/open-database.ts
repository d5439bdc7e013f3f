import { Logger } from '@nestjs/common';
import type { Clock, Timers } from '@tradewind/kernel';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { DatabaseConfig } from '../config/index.js';
import { isDatabaseAway } from './database-away.js';
import { applyMigrations, checkMigrations, migrationsTable } from './migrate.js';

export type Migration = new () => MigrationInterface;

interface Waiting {
  readonly clock: Clock;
  readonly timers: Timers;
}

const connections = 5;
/** Milliseconds for a connection, be it a new one or one that becomes free; and until a server that said nothing counts as gone. */
const connectionWithin = 3_000;
const silenceAfter = (statementTimeout: number): number => statementTimeout + 3_000;
const patienceMilliseconds = 30_000;
const pauseMilliseconds = 500;

/** A statement takes no longer than this, milliseconds; a migration takes as long as it takes. */
const limitsOf = (statementTimeout: number | undefined): object =>
  statementTimeout === undefined
    ? {}
    : { statement_timeout: statementTimeout, query_timeout: silenceAfter(statementTimeout) };

/** Not connected yet. `logging` is off: statements carry values. */
export const dataSourceOf = (
  config: Pick<DatabaseConfig, 'DATABASE_URL'>,
  name: string,
  migrations: readonly Migration[],
  statementTimeout?: number,
): DataSource =>
  new DataSource({
    type: 'postgres',
    url: config.DATABASE_URL,
    applicationName: name,
    synchronize: false,
    logging: false,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    extra: {
      max: connections,
      pipeline: true,
      connectionTimeoutMillis: connectionWithin,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      ...limitsOf(statementTimeout),
    },
    // Without a listener the pool ends the process when the server goes.
    poolErrorHandler: (error: unknown) => new Logger('Database').warn('an idle connection broke', error),
  });

/** Connects; a database that is not up yet is waited for, up to 30 s. */
export async function connect(dataSource: DataSource, { clock, timers }: Waiting): Promise<void> {
  const logger = new Logger('Database');
  const deadline = clock.now().getTime() + patienceMilliseconds;
  for (let tries = 0; ; tries++) {
    try {
      await dataSource.initialize();
      dropHungConnections(dataSource);
      return;
    } catch (error) {
      const left = deadline - clock.now().getTime();
      if (!isDatabaseAway(error) || left <= 0) throw error;
      if (tries % 4 === 0)
        logger.warn(`the database does not answer yet; waiting up to ${Math.round(left / 1_000)} s more`, error);
      await timers.wait(pauseMilliseconds);
    }
  }
}

/** Connected, and with every migration of this version; else it throws, and nothing stays open. */
export async function openDatabase(
  config: DatabaseConfig,
  name: string,
  migrations: readonly Migration[],
  world: Waiting,
): Promise<DataSource> {
  if (config.MIGRATIONS === 'apply') await applied(dataSourceOf(config, `${name} migrations`, migrations), world);
  const dataSource = dataSourceOf(config, name, migrations, config.STATEMENT_TIMEOUT_MS);
  await connect(dataSource, world);
  try {
    await checkMigrations(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function applied(dataSource: DataSource, world: Waiting): Promise<void> {
  await connect(dataSource, world);
  try {
    await applyMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

interface Lent {
  readonly _activeQuery: unknown;
  _queryable: boolean;
  readonly connection: { readonly stream: { readonly destroyed: boolean; destroy(error: Error): void } };
}

/** A read that was given up leaves its connection busy, and TypeORM hands it back all the same: the next caller would queue behind it. */
function dropHungConnections(dataSource: DataSource): void {
  const { master } = dataSource.driver as unknown as {
    master: { on(event: 'release', listener: (error: unknown, client: Lent) => void): void };
  };
  master.on('release', (error, client) => {
    const { stream } = client.connection;
    if (error || !(client._activeQuery || stream.destroyed)) return;
    client._queryable = false; // by this the pool tells whom it keeps
    stream.destroy(new Error('Query read timeout'));
  });
}
