import pg from 'pg';
import type { AnyTable } from '../decide/index.js';
import { tableSql } from '../postgres/table-sql.js';
import { placed } from './rebuild-schema.js';

/** A question to a database, over whatever connection. */
export type Ask = <R extends object>(text: string, values?: readonly unknown[]) => Promise<R[]>;

export interface Example {
  readonly key: string;
  /** The columns that differ, or the whole row where the other side has none. */
  readonly live?: object;
  readonly rebuilt?: object;
}

/** Two editions of one table, over the columns that its declaration names and both have. */
export interface Comparison {
  readonly table: string;
  readonly rows: { readonly live: number; readonly rebuilt: number };
  /** Over the sorted rows: the same where every row is. */
  readonly hash: { readonly live: string; readonly rebuilt: string };
  /** Rows that differ, those on one side only among them. */
  readonly different: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  /** The first of the differing rows. */
  readonly examples: readonly Example[];
}

/** Differing rows that are shown. */
const shown = 50;
/** Differing rows that are looked at one by one. */
const most = 100_000;

const columnsBoth = `
select a.attname as name from pg_attribute a join pg_attribute b on b.attname = a.attname and b.attrelid = $2::text::regclass and b.attnum > 0 and not b.attisdropped
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped`;

type Side = Readonly<Record<string, unknown>> | null;
interface Pair {
  readonly key: string;
  readonly live: Side;
  readonly rebuilt: Side;
}

/** Compares a table of one schema with its namesake of another. */
export class TableComparison {
  private constructor(
    private readonly ask: Ask,
    private readonly table: AnyTable,
    private readonly rows: { readonly live: string; readonly rebuilt: string },
  ) {}

  static async of(
    ask: Ask,
    table: AnyTable,
    schemas: { readonly live: string; readonly rebuilt: string },
  ): Promise<TableComparison> {
    const [live, rebuilt] = [placed(schemas.live, table.name), placed(schemas.rebuilt, table.name)];
    const both = new Set((await ask<{ name: string }>(columnsBoth, [live, rebuilt])).map(({ name }) => name));
    const { columns, key } = tableSql(table);
    const parts = columns
      .filter(({ name }) => both.has(name))
      .map(({ name }) => `${pg.escapeLiteral(name)}, t.${pg.escapeIdentifier(name)}`);
    const rowsOf = (of: string): string =>
      `select t.${pg.escapeIdentifier(key.name)}::text as key, jsonb_build_object(${parts.join(', ')}) as row from ${of} t`;
    return new TableComparison(ask, table, { live: rowsOf(live), rebuilt: rowsOf(rebuilt) });
  }

  async whole(): Promise<Comparison> {
    const [counts] = await this.ask<{ different: number; onlyLive: number; onlyRebuilt: number }>(`
      select count(*)::int as different, count(*) filter (where r.key is null)::int as "onlyLive", count(*) filter (where l.key is null)::int as "onlyRebuilt" ${this.#pairs}`);
    const pairs = await this.ask<Pair>(
      `select key, l.row as live, r.row as rebuilt ${this.#pairs} order by key limit ${shown}`,
    );
    const [live, rebuilt] = [await this.#sum(this.rows.live), await this.#sum(this.rows.rebuilt)];
    return {
      table: this.table.name,
      rows: { live: live.rows, rebuilt: rebuilt.rows },
      hash: { live: live.hash, rebuilt: rebuilt.hash },
      ...counts!,
      examples: pairs.map(exampleOf),
    };
  }

  /** Of the differing rows: key and a mark of both sides. The same mark twice: neither side has moved. */
  async marks(): Promise<Map<string, string>> {
    const rows = await this.ask<{ key: string; mark: string }>(
      `select key, md5(coalesce(l.row::text, '') || '|' || coalesce(r.row::text, '')) as mark ${this.#pairs} order by key limit ${most}`,
    );
    return new Map(rows.map(({ key, mark }) => [key, mark]));
  }

  async #sum(rows: string): Promise<{ readonly rows: number; readonly hash: string }> {
    return (
      await this.ask<{ rows: number; hash: string }>(
        `select count(*)::int as rows, left(md5(coalesce(string_agg(md5(row::text), '' order by key), '')), 16) as hash from (${rows}) t`,
      )
    )[0]!;
  }

  get #pairs(): string {
    return `from (${this.rows.live}) l full join (${this.rows.rebuilt}) r using (key) where l.row is distinct from r.row`;
  }
}

function exampleOf({ key, live, rebuilt }: Pair): Example {
  if (!live || !rebuilt) return { key, ...(live && { live }), ...(rebuilt && { rebuilt }) };
  const columns = Object.keys(live).filter(
    (column) => JSON.stringify(live[column]) !== JSON.stringify(rebuilt[column]),
  );
  const of = (row: NonNullable<Side>): object => Object.fromEntries(columns.map((column) => [column, row[column]]));
  return { key, live: of(live), rebuilt: of(rebuilt) };
}
