import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';

export interface TableHash {
  readonly table: string;
  readonly rows: number;
  /** Equal where two tables hold the same rows, in whatever order. */
  readonly hash: string;
}

/** Of what the service's tables hold. `msg_` and the like are left out where only business counts: name the tables. */
export async function hashTables(
  dataSource: Pick<DataSource, 'query'>,
  tables: readonly string[],
): Promise<TableHash[]> {
  const hashes: TableHash[] = [];
  for (const table of tables) {
    const name = `"${table.replaceAll('"', '""')}"`;
    const rows = await dataSource.query<{ row: string }[]>(
      `select md5(to_jsonb(t)::text) as row from ${name} t order by 1`,
    );
    hashes.push({
      table,
      rows: rows.length,
      hash: createHash('sha256')
        .update(rows.map(({ row }) => row).join('\n'))
        .digest('hex')
        .slice(0, 16),
    });
  }
  return hashes;
}
