import { type AnyTable, tableSql } from '@tradewind/messaging/internals';
import { singleRow } from '../single-row.js';
import type { Query, Schemas } from './query.js';
import {
  countDifferences,
  hashRows,
  qualified,
  selectCommonColumns,
  selectDifferenceHashes,
  selectDifferences,
  selectRows,
} from './rebuild-sql.js';

/** A row that differs. */
export interface Example {
  readonly key: string;
  /** The columns that differ, or the whole row if the other side has none. */
  readonly live?: object;
  readonly rebuilt?: object;
}

/** The live and the rebuilt table, compared over the columns that the declaration names and both tables have. */
export interface Comparison {
  readonly table: string;
  readonly rows: { readonly live: number; readonly rebuilt: number };
  /** Over the sorted rows: equal if every row is equal. */
  readonly hash: { readonly live: string; readonly rebuilt: string };
  /** Rows that differ, with those of one side only. */
  readonly different: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  /** The first of the rows that differ. */
  readonly examples: readonly Example[];
}

const maxExamples = 50;
const maxHashes = 100_000;

type Row = Readonly<Record<string, unknown>> | null;
interface Pair {
  readonly key: string;
  readonly live: Row;
  readonly rebuilt: Row;
}

/** Compares a table of one schema with the table of the same name of another. */
export class TableComparison {
  private constructor(
    private readonly query: Query,
    private readonly table: AnyTable,
    private readonly rows: Schemas,
  ) {}

  static async of(query: Query, table: AnyTable, schemas: Schemas): Promise<TableComparison> {
    const [live, rebuilt] = [qualified(schemas.live, table.name), qualified(schemas.rebuilt, table.name)];
    const common = new Set(
      (await query<{ name: string }>(selectCommonColumns, [live, rebuilt])).map(({ name }) => name),
    );
    const { columns, ...sql } = tableSql(table);
    const key = sql.key.map(({ name }) => name);
    const names = columns.map(({ name }) => name).filter((name) => common.has(name));
    const rows = { live: selectRows(live, key, names), rebuilt: selectRows(rebuilt, key, names) };
    return new TableComparison(query, table, rows);
  }

  async compare(): Promise<Comparison> {
    const { live, rebuilt } = this.rows;
    const counts = await this.query<Pick<Comparison, 'different' | 'onlyLive' | 'onlyRebuilt'>>(
      countDifferences(live, rebuilt),
    );
    const pairs = await this.query<Pair>(selectDifferences(live, rebuilt, maxExamples));
    const [ofLive, ofRebuilt] = [await this.#hash(live), await this.#hash(rebuilt)];
    return {
      table: this.table.name,
      rows: { live: ofLive.rows, rebuilt: ofRebuilt.rows },
      hash: { live: ofLive.hash, rebuilt: ofRebuilt.hash },
      ...singleRow(counts),
      examples: pairs.map(exampleOf),
    };
  }

  /** Key and hash of both sides, of the rows that differ. The same hash twice: neither side has changed. */
  async differenceHashes(): Promise<Map<string, string>> {
    const rows = await this.query<{ key: string; hash: string }>(
      selectDifferenceHashes(this.rows.live, this.rows.rebuilt, maxHashes),
    );
    return new Map(rows.map(({ key, hash }) => [key, hash]));
  }

  async #hash(rows: string): Promise<{ readonly rows: number; readonly hash: string }> {
    return singleRow(await this.query<{ rows: number; hash: string }>(hashRows(rows)));
  }
}

export async function compareTables(
  query: Query,
  tables: readonly AnyTable[],
  schemas: Schemas,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const table of tables) comparisons.push(await (await TableComparison.of(query, table, schemas)).compare());
  return comparisons;
}

function exampleOf({ key, live, rebuilt }: Pair): Example {
  if (!live || !rebuilt) return { key, ...(live && { live }), ...(rebuilt && { rebuilt }) };
  const columns = Object.keys(live).filter(
    (column) => JSON.stringify(live[column]) !== JSON.stringify(rebuilt[column]),
  );
  const pick = (row: NonNullable<Row>): object => Object.fromEntries(columns.map((column) => [column, row[column]]));
  return { key, live: pick(live), rebuilt: pick(rebuilt) };
}
