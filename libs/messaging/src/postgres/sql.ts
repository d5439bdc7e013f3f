import { createHash } from 'node:crypto';
import type { Pool, QueryConfig } from 'pg';
import { arrayLiteral } from './array-literal.js';

/** Runs one statement. Statements are constants, so each is prepared once a connection. */
export type Sql = <R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<R[]>;

const names = new Map<string, string>();

const nameOf = (text: string): string => {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `tw_${createHash('sha1').update(text).digest('base64url').slice(0, 20)}`));
  return name;
};

/** As a statement that is prepared once a connection. */
export const statementOf = (text: string, values: readonly unknown[]): QueryConfig => ({
  name: nameOf(text),
  text,
  values: values.map((value) => (Array.isArray(value) ? arrayLiteral(value) : value)),
});

/** After `silence` milliseconds without an answer the connection counts as lost. */
export const sqlOf =
  (pool: Pool, silence: number): Sql =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<R>({ ...statementOf(text, values), query_timeout: silence } as QueryConfig)).rows;
