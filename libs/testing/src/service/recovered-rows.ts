import { expect } from '@jest/globals';
import { keyOf, keyProperties, PostgresStore, type AnyTable } from '@tradewind/messaging/internals';
import type { DataSource } from 'typeorm';

/** A table and the rows that were recovered for it from events, by key. */
export interface RecoveredTable {
  readonly table: AnyTable;
  readonly rows: ReadonlyMap<string, object>;
}

/** All rows of a table as decisions load them, by key. */
export async function loadAll(dataSource: DataSource, table: AnyTable): Promise<Map<string, object>> {
  const columns = keyProperties(table).map((property) => `"${table.columns[property]!.name}"::text`);
  const name = table.name.replaceAll('.', '"."');
  const found = await dataSource.query<{ key: string[] }[]>(`select array[${columns.join()}] as key from "${name}"`);
  if (found.length === 0) return new Map();
  const keys = found.map(({ key: [first = '', ...rest] }) =>
    typeof table.key === 'string' ? first : JSON.stringify([first, ...rest]),
  );
  const by = new Map([[table.key, new Set(keys)]]);
  const rows = await new PostgresStore(dataSource).transaction((transaction) => transaction.load({ table, by }));
  return new Map(rows.map((row) => [keyOf(table, row), row]));
}

/** Fails unless each table has exactly the recovered rows: the published events contain everything that the tables contain. */
export async function expectRecoveredRows(dataSource: DataSource, ...tables: readonly RecoveredTable[]): Promise<void> {
  for (const { table, rows } of tables) {
    const actual = await loadAll(dataSource, table);
    expect({ table: table.name, rows: withoutUndefined(rows) }).toEqual({ table: table.name, rows: actual });
  }
}

/** Rows without absent properties, as the store loads them. */
const withoutUndefined = (rows: ReadonlyMap<string, object>): Map<string, object> =>
  new Map(
    [...rows].map(([key, row]) => [
      key,
      Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
    ]),
  );
