import { readFile, writeFile } from 'node:fs/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { singleRow } from '../single-row.js';
import { RecoveryRejected, type RecoveryContext } from './recovery-context.js';
import { insertJson, selectJson, selectReferences, tableExists, type Reference } from './recovery-sql.js';
import type { BackupRows } from './recovery.js';

type Row = Readonly<Record<string, unknown>>;

/** The first line of a backup file; each further line is a row. */
interface Header {
  readonly backupOf: string;
  readonly at: string;
  readonly tables: readonly string[];
}

const insertBatchSize = 5_000;

/** The rows of these tables in one snapshot; a table that does not exist has none. */
export function readBackupTables(dataSource: DataSource, tables: readonly string[]): Promise<BackupRows> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const backup = new Map<string, Row[]>();
    for (const table of tables) {
      const { exists } = singleRow(await manager.query<{ exists: boolean }[]>(tableExists, [table]));
      const rows = exists ? await manager.query<{ row: Row }[]>(selectJson(table)) : [];
      backup.set(
        table,
        rows.map(({ row }) => row),
      );
    }
    return backup;
  });
}

/** Inserts rows whose references exist: a user who was never published takes the password along. Returns their number. */
export async function insertBackup(
  manager: Pick<EntityManager, 'query'>,
  table: string,
  rows: readonly object[],
): Promise<number> {
  const references = await manager.query<Reference[]>(selectReferences, [table]);
  let inserted = 0;
  for (let start = 0; start < rows.length; start += insertBatchSize) {
    const batch = JSON.stringify(rows.slice(start, start + insertBatchSize));
    inserted += (await manager.query<object[]>(insertJson(table, references), [batch])).length;
  }
  return inserted;
}

/** Writes the tables that no message describes into one file, readable only by its owner. Throws RecoveryRejected if the file exists. */
export async function backUp(
  { dataSource, options, ports }: Pick<RecoveryContext, 'dataSource' | 'options' | 'ports'>,
  tables: readonly string[],
  file: string,
): Promise<{ readonly rows: number }> {
  const backup = await readBackupTables(dataSource, tables);
  const header: Header = { backupOf: options.service, at: ports.clock.now().toISOString(), tables };
  const lines = [...backup].flatMap(([table, rows]) => rows.map((row) => JSON.stringify({ table, row })));
  try {
    await writeFile(file, `${[JSON.stringify(header), ...lines].join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new RecoveryRejected(`${file} exists already: a backup never overwrites a file`, { cause: error });
    throw error;
  }
  return { rows: lines.length };
}

/** Throws RecoveryRejected if the file is not a backup of this service. */
export async function readBackup({ options }: Pick<RecoveryContext, 'options'>, file: string): Promise<BackupRows> {
  const invalid = (reason: string, cause?: unknown): RecoveryRejected =>
    new RecoveryRejected(`${file} is not a backup of ${options.service}: ${reason}`, { cause });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw invalid((error as Error).message, error);
  });
  const [header, ...lines] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  const { backupOf, tables } = (header ?? {}) as Partial<Header>;
  if (backupOf !== options.service || !tables)
    throw invalid(backupOf === undefined ? 'its first line is not a backup header' : `it is one of ${backupOf}`);
  const backup = new Map<string, Row[]>(tables.map((table) => [table, []]));
  for (const { table, row } of lines as { table: string; row: Row }[]) {
    const rows = backup.get(table);
    if (!rows) throw invalid(`its header does not name the table ${table}`);
    rows.push(row);
  }
  return backup;
}
