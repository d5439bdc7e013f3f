/**
 * How a property is stored in PostgreSQL. docs/guides/tables.md has the TypeScript type of each and the types of PostgreSQL that it
 * reads and writes. `money` takes two columns, `<name>_amount` (int8) and `<name>_currency` (text).
 */
export type ColumnType =
  | 'uuid'
  | 'text'
  | 'char'
  | 'enum'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'int8-string'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'bool'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'json'
  | 'jsonb'
  | 'bytea'
  | 'money';

/** Converts between a property and the value of its column. */
export interface ColumnTransformer {
  to(value: unknown): unknown;
  from(value: unknown): unknown;
}

/** A column whose type alone does not describe it. */
export interface ColumnOptions {
  readonly type: ColumnType;
  /** The name in the database. Default: the property in snake_case. */
  readonly name?: string;
  /** An array of the type. */
  readonly array?: boolean;
  /** The name of an enum type, with its schema where that is not in the search path: `fleet.van_status`. */
  readonly enumName?: string;
  readonly transformer?: ColumnTransformer;
  /** NULL is read as null and null is written as NULL. Default: NULL is read as an absent property. */
  readonly nullable?: boolean;
  /** When the column is written. Default: by inserts and updates. `never`: the database has its value. */
  readonly written?: 'insert' | 'update' | 'never';
  /** The store writes the column: 1, 2, 3 … with each update, or the time of the insert or of the last update. An insert keeps a value that the row has. */
  readonly managed?: 'version' | 'created' | 'updated';
  /** The value that an insert writes for an undefined property. */
  readonly default?: string | number | boolean;
}

export interface Column extends ColumnOptions {
  readonly name: string;
}

/** Types whose values are equal exactly when their texts are. */
const comparable: ReadonlySet<ColumnType> = new Set([
  'uuid',
  'text',
  'enum',
  'int2',
  'int4',
  'int8',
  'int8-string',
  'bool',
  'date',
]);

const noArrays: ReadonlySet<ColumnType> = new Set(['timestamp', 'timestamptz', 'json', 'jsonb', 'bytea', 'money']);

/** Whether rows can be found by this column: keys and `rowsWhere` compare values as text. */
export const isComparable = ({ type, array = false, transformer }: Column): boolean =>
  comparable.has(type) && !array && transformer === undefined;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Throws a TypeError on options that do not fit together. */
export function columnOf(property: string, declared: ColumnType | ColumnOptions): Column {
  if (typeof declared === 'string') return Object.freeze({ type: declared, name: snake(property) });
  const { type, enumName, array, transformer } = declared;
  if (type === 'enum' && enumName === undefined) throw new TypeError(`${property} is an enum: declare its enumName`);
  if (type === 'money' && transformer) throw new TypeError(`${property} is money, which takes no transformer`);
  if (array && noArrays.has(type)) throw new TypeError(`${property} is an array of ${type}, which is not supported`);
  return Object.freeze({ ...declared, name: declared.name ?? snake(property) });
}
