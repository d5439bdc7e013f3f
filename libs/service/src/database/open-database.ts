import { Logger } from '@nestjs/common';
import type { Timers } from '@tradewind/kernel';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { DatabaseConfig } from '../config/index.js';
import { isDatabaseAway } from './database-away.js';

export type Migration = new () => MigrationInterface;

export const migrationsTable = 'svc_migrations';
const connections = 5;
const patienceMilliseconds = 30_000;
const pauseMilliseconds = 500;

/** The service's own database, closed. `logging` is off: statements carry values. */
export const dataSourceOf = (config: Pick<DatabaseConfig, 'DATABASE_URL'>, name: string, migrations: readonly Migration[]): DataSource =>
  new DataSource({
    type: 'postgres',
    url: config.DATABASE_URL,
    applicationName: name,
    synchronize: false,
    logging: false,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    extra: { max: connections, connectionTimeoutMillis: 5_000, keepAlive: true },
    // Without a listener the pool ends the process when the server goes.
    poolErrorHandler: (error: unknown) => new Logger('Database').warn('an idle connection broke', error),
  });

/** Connects; a database that is not up yet is waited for, up to 30 s. */
export async function connect(dataSource: DataSource, timers: Timers): Promise<void> {
  const logger = new Logger('Database');
  for (let waited = 0; ; waited += pauseMilliseconds) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      if (!isDatabaseAway(error) || waited >= patienceMilliseconds) throw error;
      if (waited % 2_000 === 0) logger.warn(`the database does not answer yet; waiting up to ${(patienceMilliseconds - waited) / 1_000} s more`, error);
      await timers.wait(pauseMilliseconds);
    }
  }
}
