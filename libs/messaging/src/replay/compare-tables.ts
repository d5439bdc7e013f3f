import type { AnyTable } from '../decide/index.js';
import { tableSql } from '../postgres/table-sql.js';
import type { Query } from './shadow-schema.js';

/** Differing rows that are shown. */
const shown = 50;

export interface TableComparison {
  readonly table: string;
  readonly rows: { readonly live: number; readonly rebuilt: number };
  /** Over the sorted rows: the same where every row is. */
  readonly hash: { readonly live: string; readonly rebuilt: string };
  readonly different: number;
  /** The first of them: columns that differ, undefined on a side where there is no row. */
  readonly examples: readonly { readonly key: string; readonly live: object | undefined; readonly rebuilt: object | undefined }[];
}

/** A number and a hash of a table's rows, whatever the order in which they lie. */
export const contentOf = (place: string, key: string): string =>
  `select count(*)::int as rows, md5(coalesce(string_agg(md5(to_jsonb(t)::text), '' order by t.${key}::text collate "C"), '')) as hash from ${place} t`;

export async function compareTables(query: Query, table: AnyTable, schema: string): Promise<TableComparison> {
  const key = tableSql(table).key.name;
  const [live, rebuilt] = [`public."${table.name}"`, `"${schema}"."${table.name}"`];
  const joined = `from ${live} l full join ${rebuilt} s on l.${key} = s.${key} where to_jsonb(l) is distinct from to_jsonb(s)`;
  const [[of], [by], [count]] = [
    await query<{ rows: number; hash: string }>(contentOf(live, key)),
    await query<{ rows: number; hash: string }>(contentOf(rebuilt, key)),
    await query<{ n: number }>(`select count(*)::int as n ${joined}`),
  ];
  const examples = await query<{ key: string; live: Record<string, unknown> | null; rebuilt: Record<string, unknown> | null }>(
    `select coalesce(l.${key}, s.${key})::text as key, to_jsonb(l) as live, to_jsonb(s) as rebuilt ${joined} order by 1 limit ${shown}`,
  );
  return {
    table: table.name,
    rows: { live: of!.rows, rebuilt: by!.rows },
    hash: { live: of!.hash, rebuilt: by!.hash },
    different: count!.n,
    examples: examples.map((each) => ({ key: each.key, ...onlyDifferent(each.live, each.rebuilt) })),
  };
}

/** Where both sides have the row, only what differs of it. */
function onlyDifferent(live: Record<string, unknown> | null, rebuilt: Record<string, unknown> | null): { live: object | undefined; rebuilt: object | undefined } {
  if (!live || !rebuilt) return { live: live ?? undefined, rebuilt: rebuilt ?? undefined };
  const names = Object.keys({ ...live, ...rebuilt }).filter((name) => JSON.stringify(live[name]) !== JSON.stringify(rebuilt[name]));
  const of = (row: Record<string, unknown>): object => Object.fromEntries(names.map((name) => [name, row[name]]));
  return { live: of(live), rebuilt: of(rebuilt) };
}
