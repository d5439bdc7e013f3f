import { readFile, writeFile } from 'node:fs/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { RecoveryRefused, type RecoveryContext } from './recovery-context.js';
import type { Kept } from './recovery.js';

/** The file of a backup: a line about it, then a line for each row. */
interface Heading {
  readonly backupOf: string;
  readonly at: string;
  readonly tables: readonly string[];
}

const isThere = `select to_regclass($1) is not null as there`;
const allRows = (table: string): string => `select to_jsonb(t) as row from ${table} t`;
const insertRows = (table: string, condition: string): string =>
  `insert into ${table} select r.* from jsonb_populate_recordset(null::${table}, $1::jsonb) r ${condition} on conflict do nothing returning 1 as kept`;

/** What a row refers to must be there: a person who was never published has gone, and his password with him. */
const references = `
select a.attname as "column", c.confrelid::regclass::text as "table", f.attname as "key"
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] join pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]
where c.contype = 'f' and c.conrelid = $1::regclass`;

/** The rows of these tables, all of one moment; a table that is not there has none. */
export function readKept(dataSource: DataSource, tables: readonly string[]): Promise<Kept> {
  return dataSource.transaction('REPEATABLE READ', async (manager) => {
    const kept = new Map<string, Readonly<Record<string, unknown>>[]>();
    for (const table of tables) {
      const [found] = await manager.query<{ there: boolean }[]>(isThere, [table]);
      kept.set(
        table,
        found!.there
          ? (await manager.query<{ row: Record<string, unknown> }[]>(allRows(table))).map(({ row }) => row)
          : [],
      );
    }
    return kept;
  });
}

/** Puts rows back; gives how many of them still refer to something. */
export async function insertKept(
  manager: Pick<EntityManager, 'query'>,
  table: string,
  rows: readonly object[],
): Promise<number> {
  const to = await manager.query<{ column: string; table: string; key: string }[]>(references, [table]);
  const conditions = to.map((each) => `exists (select 1 from ${each.table} o where o.${each.key} = r.${each.column})`);
  const condition = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  let kept = 0;
  for (let at = 0; at < rows.length; at += 5_000)
    kept += (await manager.query<object[]>(insertRows(table, condition), [JSON.stringify(rows.slice(at, at + 5_000))]))
      .length;
  return kept;
}

/** Writes the tables that are in no event into one file, for its owner's eyes only. Throws RecoveryRefused where a file is there already. */
export async function backUp(
  { dataSource, options, world }: Pick<RecoveryContext, 'dataSource' | 'options' | 'world'>,
  tables: readonly string[],
  file: string,
): Promise<{ readonly rows: number }> {
  const kept = await readKept(dataSource, tables);
  const heading: Heading = { backupOf: options.service, at: world.clock.now().toISOString(), tables };
  const lines = [...kept].flatMap(([table, rows]) => rows.map((row) => JSON.stringify({ table, row })));
  try {
    await writeFile(file, `${[JSON.stringify(heading), ...lines].join('\n')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new RecoveryRefused(`${file} is there already: a backup never overwrites another`, { cause: error });
    throw error;
  }
  return { rows: lines.length };
}

/** Throws RecoveryRefused where the file is not a backup of this service. */
export async function readBackup({ options }: Pick<RecoveryContext, 'options'>, file: string): Promise<Kept> {
  const wrong = (why: string, cause?: unknown): RecoveryRefused =>
    new RecoveryRefused(`${file} is no backup of ${options.service}: ${why}`, { cause });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw wrong((error as Error).message, error);
  });
  const [heading, ...lines] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  const { backupOf, tables } = heading as Partial<Heading>;
  if (backupOf !== options.service || !tables)
    throw wrong(backupOf === undefined ? 'its first line does not say what it is' : `it is one of ${backupOf}`);
  const kept = new Map(tables.map((table) => [table, [] as Readonly<Record<string, unknown>>[]]));
  for (const { table, row } of lines as { table: string; row: Record<string, unknown> }[]) kept.get(table)!.push(row);
  return kept;
}
