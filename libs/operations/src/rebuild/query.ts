import type { DataSource, QueryRunner } from 'typeorm';

/** Runs a statement on one connection or on any of a pool. */
export type Query = <R extends object>(text: string, values?: readonly unknown[]) => Promise<R[]>;

/** The two schemas that hold a table of the same name. */
export interface Schemas {
  readonly live: string;
  readonly rebuilt: string;
}

export const queryOn =
  (connection: DataSource | QueryRunner): Query =>
  async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await connection.query(text, [...values])) as R[];
