/** How a property is stored in PostgreSQL. `money` takes two columns, `<name>_amount` (int8) and `<name>_currency` (text). */
export type ColumnType = 'uuid' | 'text' | 'int4' | 'int8' | 'bool' | 'timestamptz' | 'jsonb' | 'money';

/** Every property that any member of a union has. */
export type PropertyOf<S> = (S extends unknown ? keyof S : never) & string;

/**
 * Rows that decisions load and save, declared once and read and written in bulk. Properties are camelCase, columns
 * snake_case. An undefined property is NULL, and NULL is read as an absent property, so a union with a `status` needs no
 * mapping. Times are Dates; an `int8` must be a safe integer.
 */
export interface Table<S extends object> {
  readonly name: string;
  /** The property of the primary key, one column. */
  readonly key: PropertyOf<S>;
  readonly columns: Readonly<Record<PropertyOf<S>, ColumnType>>;
  /** Of a projection: the `int8` property with the sequence of the message that wrote the row last. */
  readonly sequence?: PropertyOf<S>;
  /** The key of a row as a text. */
  keyOf(row: S): string;
}

export const table = <S extends object>(
  name: string,
  key: PropertyOf<S>,
  columns: Record<PropertyOf<S>, ColumnType>,
  { sequence }: { readonly sequence?: PropertyOf<S> } = {},
): Table<S> =>
  Object.freeze({
    name,
    key,
    columns: Object.freeze(columns),
    ...(sequence === undefined ? {} : { sequence }),
    keyOf: (row: S) => keyOf({ name, key, columns }, row),
  });

/** A table whose row type is erased: what the runner and the store work with. */
export interface AnyTable {
  readonly name: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly sequence?: string;
}

export const keyOf = (of: AnyTable, row: object): string => String((row as Record<string, unknown>)[of.key]);

/** A change of one row. */
export interface Change {
  readonly table: AnyTable;
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
