import { columnOf, isComparable, type Column, type ColumnOptions, type ColumnType } from './column.js';

/** Every property that any member of a union has. */
export type PropertyOf<S> = (S extends unknown ? keyof S : never) & string;

/** The value of one column of a composite key. */
export type KeyPart = string | number | bigint;
/** The key of a row where the primary key has several columns: their values, in the order of the declaration. */
export type CompositeKey = readonly [KeyPart, KeyPart, ...KeyPart[]];

/** The type of a primary key: a column as text, or several columns. */
export type Key = string | CompositeKey;

declare const keyType: unique symbol;

/**
 * Rows that decisions load and save, declared once and read and written in bulk. Properties are camelCase, columns
 * snake_case. An undefined property is NULL, and NULL is read as an absent property, so a union with a `status` needs no
 * mapping. Times are Dates; an `int8` must be a safe integer. A start compares the declaration with the database.
 */
export interface Table<S extends object, K extends Key = string> {
  /** With the schema where it is declared: `fleet.vans`. */
  readonly name: string;
  readonly schema?: string;
  /** The properties of the whole primary key: one, or several in a list. */
  readonly key: PropertyOf<S> | readonly PropertyOf<S>[];
  readonly columns: Readonly<Record<PropertyOf<S>, Column>>;
  /** Of a projection: the `int8` property with the sequence of the message that wrote the row last. */
  readonly sequence?: PropertyOf<S>;
  /** The key of a row as a text, see `keyOf`. */
  keyOf(row: S): string;
  readonly [keyType]?: K;
}

/** A table whose row type is erased: what the runner and the store work with. */
export interface AnyTable {
  readonly name: string;
  readonly schema?: string;
  readonly key: string | readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly sequence?: string;
}

type Columns<S> = Readonly<Record<PropertyOf<S>, ColumnType | ColumnOptions>>;
export interface TableOptions<S> {
  readonly sequence?: PropertyOf<S>;
}

/** Declares a table by the property of its primary key, or by those of a composite one. A name with a dot has a schema: `fleet.vans`. */
export function table<S extends object>(
  name: string,
  key: PropertyOf<S>,
  columns: Columns<S>,
  options?: TableOptions<S>,
): Table<S>;
export function table<S extends object>(
  name: string,
  key: readonly [PropertyOf<S>, PropertyOf<S>],
  columns: Columns<S>,
  options?: TableOptions<S>,
): Table<S, readonly [KeyPart, KeyPart]>;
export function table<S extends object>(
  name: string,
  key: readonly [PropertyOf<S>, PropertyOf<S>, PropertyOf<S>],
  columns: Columns<S>,
  options?: TableOptions<S>,
): Table<S, readonly [KeyPart, KeyPart, KeyPart]>;
export function table<S extends object>(
  name: string,
  key: readonly [PropertyOf<S>, PropertyOf<S>, ...PropertyOf<S>[]],
  columns: Columns<S>,
  options?: TableOptions<S>,
): Table<S, CompositeKey>;
export function table<S extends object>(
  name: string,
  key: PropertyOf<S> | readonly PropertyOf<S>[],
  columns: Columns<S>,
  options: TableOptions<S> = {},
): Table<S, Key> {
  const dot = name.indexOf('.');
  return declareTable({
    name,
    ...(dot < 0 ? {} : { schema: name.slice(0, dot) }),
    key,
    columns,
    ...options,
  }) as Table<S>;
}

/** Throws a TypeError with everything that contradicts itself in a declaration. */
export function declareTable(declared: {
  readonly name: string;
  readonly schema?: string;
  readonly key: string | readonly string[];
  readonly columns: Readonly<Record<string, ColumnType | ColumnOptions>>;
  readonly sequence?: string;
}): AnyTable {
  const { name, key, sequence } = declared;
  const fail = (problem: string): never => {
    throw new TypeError(`the table ${name}: ${problem}`);
  };
  const columns: Record<string, Column> = {};
  const names = new Set<string>();
  for (const [property, of] of Object.entries(declared.columns)) {
    const column = columnOf(property, of);
    if (names.has(column.name)) fail(`two properties are stored in the column ${column.name}`);
    names.add(column.name);
    columns[property] = column;
  }
  const properties = typeof key === 'string' ? [key] : key;
  if (new Set(properties).size < properties.length || properties.length === 0) fail('a key has each property once');
  for (const property of properties) {
    const column = columns[property] ?? fail(`the property ${property} of the key has no column`);
    if (!isComparable(column)) fail(`${property} cannot be in a key: ${describe(column)} is not compared as text`);
    if (column.written !== undefined) fail(`${property} is in the key, so it is always written`);
  }
  if (sequence !== undefined) {
    const { type } = columns[sequence] ?? fail(`the property ${sequence} of the sequence has no column`);
    if (type !== 'int8' && type !== 'int8-string')
      fail(`the sequence ${sequence} is declared as ${type}: a sequence is an int8`);
  }
  const [single = '', ...more] = properties;
  const table = {
    ...declared,
    key: more.length === 0 ? single : Object.freeze([...properties]),
    columns: Object.freeze(columns),
  };
  return Object.freeze({ ...table, keyOf: (row: object) => keyOf(table, row) });
}

const describe = ({ type, array, transformer }: Column): string =>
  transformer ? 'a column with a transformer' : array ? `an array of ${type}` : type;

/** The properties of the primary key. */
export const keyProperties = ({ key }: AnyTable): readonly string[] => (typeof key === 'string' ? [key] : key);

/** The key of a row as text: the value of its property, or the JSON text of the values of a composite key. */
export function keyOf({ name, key }: AnyTable, row: object): string {
  const values = row as Record<string, unknown>;
  if (typeof key === 'string') return String(values[key]);
  return JSON.stringify(
    key.map((property) => {
      const value = values[property];
      if (value === undefined || value === null) throw new TypeError(`a row of ${name} has no ${property}`);
      return String(value);
    }),
  );
}

/** A key as text, see `keyOf`. Throws a TypeError for a key with another number of values than the declaration. */
export function keyText({ name, key }: AnyTable, of: Key): string {
  if (typeof key === 'string') {
    if (typeof of !== 'string') throw new TypeError(`a key of ${name} is one text, not ${typeof of}`);
    return of;
  }
  if (!Array.isArray(of) || of.length !== key.length)
    throw new TypeError(`a key of ${name} is a list of ${key.length} values: ${key.join(', ')}`);
  return JSON.stringify((of as CompositeKey).map(String));
}

/** The values of a key text, in the order of the declaration. */
export const keyParts = ({ key }: AnyTable, text: string): readonly string[] =>
  typeof key === 'string' ? [text] : (JSON.parse(text) as string[]);

/** A change of one row. */
export interface Change {
  readonly table: AnyTable;
  /** See `keyOf`. */
  readonly key: string;
  /** The new row; undefined where it is deleted. */
  readonly row: object | undefined;
  /** Whether the row must not exist yet. With `row` undefined: it is inserted and deleted by the same transaction. */
  readonly isNew: boolean;
}

/** A change that a decision asks for. `unless loaded`: the row is new where its key was not loaded. */
export interface RequestedChange extends Omit<Change, 'isNew'> {
  readonly isNew: boolean | 'unless loaded';
}
