import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { selectRowHashes } from './recovery-sql.js';

/** The content of a table in one line. */
export interface TableHash {
  readonly table: string;
  readonly rows: number;
  /** Equal if two tables hold the same rows, in any order. */
  readonly hash: string;
}

export async function hashTables(
  dataSource: Pick<DataSource, 'query'>,
  tables: readonly string[],
): Promise<TableHash[]> {
  const hashes: TableHash[] = [];
  for (const table of tables) {
    const rows = await dataSource.query<{ hash: string }[]>(selectRowHashes(table));
    const text = rows.map(({ hash }) => hash).join('\n');
    hashes.push({ table, rows: rows.length, hash: createHash('sha256').update(text).digest('hex').slice(0, 16) });
  }
  return hashes;
}
