import type { Pool, QueryConfig } from 'pg';
import { columnTypes } from './column-types.js';
import { preparedStatement } from './prepared-statement.js';

/** Runs one statement. Statements are constants, so each is prepared once a connection. */
export type Sql = <R extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<R[]>;

/** A prepared statement whose result is read as the library reads columns. */
export const statementOf = (text: string, values: readonly unknown[]): QueryConfig => ({
  ...preparedStatement(text, values),
  types: columnTypes,
});

/** A connection without an answer for `silenceMs` counts as lost. */
export const sqlOf =
  (pool: Pool, silenceMs: number): Sql =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<R>({ ...statementOf(text, values), query_timeout: silenceMs } as QueryConfig)).rows;
