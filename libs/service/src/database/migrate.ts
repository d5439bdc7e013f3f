import { Logger } from '@nestjs/common';
import { OperationRejected } from '@tradewind/kernel';
import { MigrationExecutor, type DataSource } from 'typeorm';

export const migrationsTable = 'svc_migrations';

const lock = `select pg_advisory_lock(hashtext('tradewind migrations'))`;
const unlock = `select pg_advisory_unlock(hashtext('tradewind migrations'))`;

/** The database lacks migrations of this version of the service. */
export class MigrationsPending extends OperationRejected {
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

/** Runs the pending migrations, each in its own transaction. An advisory lock serialises instances that start together. */
export async function applyMigrations(dataSource: DataSource): Promise<void> {
  const logger = new Logger('Database');
  const lockHolder = dataSource.createQueryRunner();
  await lockHolder.connect();
  try {
    await lockHolder.query(lock);
    for (const { name } of await dataSource.runMigrations({ transaction: 'each' })) logger.log(`migrated ${name}`);
    await lockHolder.query(unlock);
  } finally {
    await lockHolder.release();
  }
}

const countApplied = `select count(*)::int as count from ${migrationsTable} where name = any($1::text[])`;

/** The readiness check: the database answers and has every migration of this version. Undefined: no failure. */
export async function databaseFailure(dataSource: DataSource): Promise<string | undefined> {
  const names = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const [row] = await dataSource.query<{ count: number }[]>(countApplied, [names]);
  return row?.count === names.length ? undefined : 'the database is behind its migrations';
}
