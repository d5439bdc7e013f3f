import { createHash } from 'node:crypto';
import type { Pool, QueryConfig } from 'pg';
import { arrayLiteral } from './array-literal.js';
import { binaryArray } from './binary-array.js';
import { columnTypes } from './column-types.js';

/** Runs one statement. Statements are constants, so each is prepared once a connection. */
export type Sql = <R extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<R[]>;

interface Statement {
  readonly name: string;
  /** The types of its array parameters, by index: `$2::uuid[]`. */
  readonly arrays: ReadonlyMap<number, string>;
}

const statements = new Map<string, Statement>();

function register(text: string): Statement {
  const arrays = new Map(
    [...text.matchAll(/\$(\d+)::(\w+)\[\]/g)].map(([, number, type = '']) => [Number(number) - 1, type]),
  );
  const statement = { name: `tw_${createHash('sha1').update(text).digest('base64url').slice(0, 20)}`, arrays };
  statements.set(text, statement);
  return statement;
}

const arrayOf = (type: string | undefined, values: readonly unknown[]): Buffer | string =>
  (type !== undefined && binaryArray(type, values)) || arrayLiteral(values);

/** A statement that is prepared once a connection. Arrays are sent in the format that PostgreSQL reads fastest; arrays of arrays are not supported. */
export function statementOf(text: string, values: readonly unknown[]): QueryConfig {
  const { name, arrays } = statements.get(text) ?? register(text);
  return {
    name,
    text,
    types: columnTypes,
    values: values.map((value, at) => (Array.isArray(value) ? arrayOf(arrays.get(at), value) : value)),
  };
}

/** A connection without an answer for `silenceMs` counts as lost. */
export const sqlOf =
  (pool: Pool, silenceMs: number): Sql =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<R>({ ...statementOf(text, values), query_timeout: silenceMs } as QueryConfig)).rows;
