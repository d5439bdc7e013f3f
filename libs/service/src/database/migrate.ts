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

/**
 * Takes rights on rows away from every role but the owner of a table, where the comment of the table says so: `append-only` (no update, no delete) or
 * `never updated`. So a service cannot rewrite its ledger or its archive, whatever rights its role gets on new tables.
 */
const narrowRights = `do $$ declare granted record; begin
  for granted in
    select c.oid::regclass as name, (aclexplode(c.relacl)).grantee, c.relowner, obj_description(c.oid, 'pg_class') like 'append-only%' as only_grows
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and obj_description(c.oid, 'pg_class') ~ '^(append-only|never updated)'
  loop
    continue when granted.grantee = granted.relowner;
    execute format('revoke %s on %s from %s', case when granted.only_grows then 'update, delete, truncate' else 'update, truncate' end, granted.name,
      case granted.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(granted.grantee)) end);
  end loop;
end $$`;

/**
 * Runs the pending migrations, each in its own transaction, and narrows the rights on tables whose rows only grow. An advisory lock serialises instances
 * that start together.
 */
export async function applyMigrations(dataSource: DataSource): Promise<void> {
  const logger = new Logger('Database');
  const lockHolder = dataSource.createQueryRunner();
  await lockHolder.connect();
  try {
    await lockHolder.query(lock);
    for (const { name } of await dataSource.runMigrations({ transaction: 'each' })) logger.log(`migrated ${name}`);
    await lockHolder.query(narrowRights);
    await lockHolder.query(unlock);
  } finally {
    await lockHolder.release();
  }
}

/** The readiness check: the database answers and has every migration of this version. Undefined: no failure. */
export const databaseFailure = async (dataSource: DataSource): Promise<string | undefined> =>
  (await pendingMigrations(dataSource)).length === 0 ? undefined : 'the database is behind its migrations';
