import { isComparable, type Key, type PropertyOf, type Table } from '../ports/index.js';
import { declareLoadedBy } from './loaded-by.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a load of any table by any message; `HandlerContext` restores the types
type Any = any;

/** The rows of one table that a message needs. Loaded for the whole batch at once, locked in key order. */
export interface Load<M, S extends object, K extends Key = string> {
  readonly table: Table<S, K>;
  /** The key of the table, or another property. */
  readonly by: PropertyOf<S> | readonly PropertyOf<S>[];
  readonly values: (message: M, loaded: Any) => Iterable<Key>;
}

/** What a handler loads: by name, the rows of a table for a message. */
export type Loads<M> = Readonly<Record<string, Load<M, Any, Any>>>;

/**
 * Loads rows by primary key. The second argument of `keys` holds the rows of tables that come earlier in the service's lock order,
 * so that a load can follow a reference: `rows(StockLevels, (command, { reservations }) => …)`.
 */
export const rows = <M, S extends object, K extends Key = string>(
  of: Table<S, K>,
  keys: (message: M, loaded: Any) => Iterable<K>,
): Load<M, S, K> => ({ table: of, by: of.key, values: keys });

/** Loads all rows whose property has one of these values. The column needs an index: a start warns when it has none. */
export function rowsWhere<M, S extends object, K extends Key = string>(
  of: Table<S, K>,
  by: PropertyOf<S>,
  values: (message: M, loaded: Any) => Iterable<string>,
): Load<M, S, K> {
  const column = of.columns[by];
  if (!isComparable(column))
    throw new TypeError(`rows of ${of.name} cannot be found by ${by}: it is not compared as text`);
  declareLoadedBy(of, by);
  return { table: of, by, values };
}

/** Loaded rows of a table, with everything that earlier messages of the same batch saved, inserted or removed. */
export interface Rows<S extends object, K extends Key = string> {
  /** The row; undefined where there is none. Throws a TypeError for a key that was not loaded. */
  get(key: K): S | undefined;
  /** All rows that this message loaded, in key order. */
  all(): readonly S[];
}

/** What a handler is given besides the message: the loaded rows, the time, new ids and the cause. */
export type HandlerContext<L extends Loads<Any>> = {
  readonly [N in keyof L]: L[N] extends Load<Any, infer S, infer K> ? Rows<S, K> : never;
} & DecisionContext;

/** The context without loaded rows. */
export interface DecisionContext {
  readonly now: Date;
  /** A new UUIDv7. */
  readonly newId: () => string;
  /** The id of the message or command: the cause of everything that the decision publishes. */
  readonly cause: string;
  /** The number of the message among the records of its ordering key, from 1; 0 where there is no message. A projection stores it and skips older messages. */
  readonly sequence: bigint;
  /** Of a message on a foreign topic: the id that `read` returned. `cause` is a hash of it. */
  readonly originalId?: string;
}
