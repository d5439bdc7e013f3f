import type { PropertyOf, Table } from './table.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a load of any table by any message; `Given` restores the types
type Any = any;

/** The rows that one message needs of one table. Loaded for the whole batch at once, locked, in key order. */
export interface Load<M, S extends object> {
  readonly table: Table<S>;
  readonly by: PropertyOf<S>;
  readonly values: (message: M, loaded: Any) => Iterable<string>;
}

export type Loads<M> = Readonly<Record<string, Load<M, Any>>>;

/**
 * Asks for rows by primary key. The second argument of `keys` holds what earlier tables of the service's lock order gave,
 * so a load can follow a reference: `keys(Shelves, (ask, { reservations }) => …)`.
 */
export const keys = <M, S extends object>(
  of: Table<S>,
  values: (message: M, loaded: Any) => Iterable<string>,
): Load<M, S> => ({
  table: of,
  by: of.key,
  values,
});

/** Asks for all rows whose property has one of these values. The column needs an index. */
export const matching = <M, S extends object>(
  of: Table<S>,
  by: PropertyOf<S>,
  values: (message: M, loaded: Any) => Iterable<string>,
): Load<M, S> => ({ table: of, by, values });

/** What was loaded of a table: the state before this message, with the changes of the messages before it. */
export interface Rows<S extends object> {
  /** The row, or undefined where there is none. Throws a TypeError for a key that was not asked for. */
  get(key: string): S | undefined;
  /** Every row that this message asked for, in key order. */
  all(): readonly S[];
}

/** What a decision is given: the rows it asked for, the time, fresh ids, and where the message comes from. */
export type Given<L extends Loads<Any>> = {
  readonly [N in keyof L]: L[N] extends Load<Any, infer S> ? Rows<S> : never;
} & Circumstances;

export interface Circumstances {
  readonly now: Date;
  /** A new UUIDv7. */
  readonly id: () => string;
  /** The id of the message or command that is being decided: the cause of everything said. */
  readonly cause: string;
  /** Of a message: its place among the records of its topic and key, from 1. A projection keeps it and passes over what is older. Else 0. */
  readonly sequence: bigint;
}
