import { Logger } from '@nestjs/common';
import { MigrationExecutor, type DataSource } from 'typeorm';

export const migrationsTable = 'svc_migrations';

const lock = `select pg_advisory_lock(hashtext('tradewind migrations'))`;
const unlock = `select pg_advisory_unlock(hashtext('tradewind migrations'))`;

/** The database is not the one that this version of the service was written for. */
export class MigrationsPending extends Error {
  override readonly name = 'MigrationsPending';
  constructor(readonly pending: readonly string[]) {
    super(`the database lacks ${pending.join(', ')}: start once with MIGRATIONS=apply`);
  }
}

const pendingOf = async (dataSource: DataSource): Promise<string[]> =>
  (await new MigrationExecutor(dataSource).getPendingMigrations()).map(({ name }) => name);

/** Throws MigrationsPending. */
export async function checkMigrations(dataSource: DataSource): Promise<void> {
  const pending = await pendingOf(dataSource);
  if (pending.length > 0) throw new MigrationsPending(pending);
}

/** Runs what is pending, each in a transaction of its own; instances that start together do so one after another. */
export async function applyMigrations(dataSource: DataSource): Promise<void> {
  const logger = new Logger('Database');
  const holder = dataSource.createQueryRunner();
  await holder.connect();
  try {
    await holder.query(lock);
    for (const { name } of await dataSource.runMigrations({ transaction: 'each' })) logger.log(`migrated ${name}`);
    await holder.query(unlock);
  } finally {
    await holder.release();
  }
}

const known = `select count(*)::int as count from ${migrationsTable} where name = any($1::text[])`;

/** What readiness asks: does the database answer, and has it every migration of this version? */
export async function databaseFault(dataSource: DataSource): Promise<string | undefined> {
  const names = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const [row] = await dataSource.query<{ count: number }[]>(known, [names]);
  return row?.count === names.length ? undefined : 'the database is behind its migrations';
}
