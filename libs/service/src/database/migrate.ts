import { Logger } from '@nestjs/common';
import { OperationRejected } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';

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

const selectApplied = `select name from ${migrationsTable} where name = any($1::text[])`;
const noSuchTable = '42P01';

/** The names of the migrations of this version that the database lacks, in one statement. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const names = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
  const applied = await dataSource.query<{ name: string }[]>(selectApplied, [names]).catch((error: unknown) => {
    if ((error as { code?: string }).code === noSuchTable) return [];
    throw error;
  });
  return names.filter((name) => !applied.some((row) => row.name === name));
}

/** Throws MigrationsPending. */
export async function checkMigrations(dataSource: DataSource): Promise<void> {
  const pending = await pendingMigrations(dataSource);
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

/** The readiness check: the database answers and has every migration of this version. Undefined: no failure. */
export const databaseFailure = async (dataSource: DataSource): Promise<string | undefined> =>
  (await pendingMigrations(dataSource)).length === 0 ? undefined : 'the database is behind its migrations';
