import { createHash } from 'node:crypto';
import type { Pool, QueryConfig } from 'pg';
import { arrayLiteral } from './array-literal.js';
import { binaryArray } from './binary-array.js';

/** Runs one statement. Statements are constants, so each is prepared once a connection. */
export type Sql = <R extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<R[]>;

interface Statement {
  readonly name: string;
  /** The types of its arrays, by place: `$2::uuid[]`. */
  readonly arrays: ReadonlyMap<number, string>;
}

const statements = new Map<string, Statement>();

function known(text: string): Statement {
  const arrays = new Map(
    [...text.matchAll(/\$(\d+)::(\w+)\[\]/g)].map(([, place, type]) => [Number(place) - 1, type!]),
  );
  const statement = { name: `tw_${createHash('sha1').update(text).digest('base64url').slice(0, 20)}`, arrays };
  statements.set(text, statement);
  return statement;
}

const arrayOf = (type: string | undefined, values: readonly unknown[]): Buffer | string =>
  (type !== undefined && binaryArray(type, values)) || arrayLiteral(values);

/** As a statement that is prepared once a connection. Its arrays go as PostgreSQL reads them fastest; none lies in another. */
export function statementOf(text: string, values: readonly unknown[]): QueryConfig {
  const { name, arrays } = statements.get(text) ?? known(text);
  return {
    name,
    text,
    values: values.map((value, place) => (Array.isArray(value) ? arrayOf(arrays.get(place), value) : value)),
  };
}

/** After `silence` milliseconds without an answer the connection counts as lost. */
export const sqlOf =
  (pool: Pool, silence: number): Sql =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<R>({ ...statementOf(text, values), query_timeout: silence } as QueryConfig)).rows;
