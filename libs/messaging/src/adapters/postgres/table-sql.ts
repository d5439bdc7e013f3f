import { isDate } from 'node:util/types';
import type { AnyTable, ColumnType } from '../../ports/table.js';

type Row = Record<string, unknown>;

interface Column {
  readonly name: string;
  readonly type: string;
  readonly write: (row: Row) => unknown;
}

export interface TableSql {
  readonly columns: readonly Column[];
  readonly key: Column;
  readonly insert: string;
  readonly update: string;
  readonly remove: string;
  readonly read: (raw: Row) => object;
  /** Selects rows for update by these properties, each `= any($n)`. */
  readonly select: (properties: readonly string[]) => string;
  readonly columnOf: (property: string) => { readonly name: string; readonly type: string };
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The value to write. Throws a TypeError when a timestamptz is not a Date, because the database would read a text in its own time zone. */
function writable(type: ColumnType, value: unknown): unknown {
  if (type === 'jsonb') return JSON.stringify(value);
  if (type === 'timestamptz' && !isDate(value))
    throw new TypeError(`a timestamptz is written from a Date, not from ${typeof value} ${String(value)}`);
  return value;
}

const columnsOf = (property: string, type: ColumnType): [Column, ...Column[]] => {
  const name = snake(property);
  const present = (row: Row, write: (value: unknown) => unknown): unknown =>
    row[property] === undefined ? null : write(row[property]);
  if (type === 'money') {
    const part = (of: 'amount' | 'currency') => (row: Row) => present(row, (value) => (value as Row)[of]);
    return [
      { name: `${name}_amount`, type: 'int8', write: part('amount') },
      { name: `${name}_currency`, type: 'text', write: part('currency') },
    ];
  }
  const write = (value: unknown): unknown => writable(type, value);
  return [{ name, type, write: (row) => present(row, write) }];
};

/** The column of a property; of money, the one with the amount. Throws a TypeError when the table has no such property. */
function columnOf({ name, columns }: AnyTable, property: string): Column {
  const type = columns[property];
  if (type === undefined) throw new TypeError(`${name} has no property ${property}`);
  return columnsOf(property, type)[0];
}

const readerOf = (property: string, type: ColumnType): ((raw: Row, into: Row) => void) => {
  const name = snake(property);
  if (type === 'money') {
    return (raw, into) => {
      if (raw[`${name}_amount`] !== null)
        into[property] = { amount: Number(raw[`${name}_amount`]), currency: raw[`${name}_currency`] };
    };
  }
  if (type === 'int8') return (raw, into) => void (raw[name] === null || (into[property] = Number(raw[name])));
  return (raw, into) => void (raw[name] === null || (into[property] = raw[name]));
};

/** Arrays of jsonb are sent as text and cast, because pg writes an array of objects as an array of arrays. */
const parameterType = (type: string): string => (type === 'jsonb' ? 'text' : type);

function compile(table: AnyTable): TableSql {
  const properties = Object.entries(table.columns);
  const columns = properties.flatMap(([property, type]) => columnsOf(property, type));
  const key = columnOf(table, table.key);
  const names = columns.map((column) => column.name);
  const arrays = columns.map((column, index) => `$${index + 1}::${parameterType(column.type)}[]`).join(', ');
  const cast = (column: Column): string => `u.${column.name}${column.type === 'jsonb' ? '::jsonb' : ''}`;
  const from = `unnest(${arrays}) as u(${names.join(', ')})`;
  const others = columns.filter((column) => column.name !== key.name);
  const readers = properties.map(([property, type]) => readerOf(property, type));
  const selects = new Map<string, string>();
  return {
    columns,
    key,
    columnOf: (property) => columnOf(table, property),
    insert: `insert into ${table.name} (${names.join(', ')}) select ${columns.map(cast).join(', ')} from ${from} order by u.${key.name}`,
    update: `update ${table.name} t set ${others.map((column) => `${column.name} = ${cast(column)}`).join(', ')} from ${from} where t.${key.name} = u.${key.name}`,
    remove: `delete from ${table.name} where ${key.name} = any($1::${key.type}[])`,
    select: (by) => {
      const known = selects.get(by.join());
      if (known !== undefined) return known;
      const conditions = by.map((property, index) => {
        const { name, type } = columnOf(table, property);
        return `${name} = any($${index + 1}::${type}[])`;
      });
      const select = `select ${names.join(', ')} from ${table.name} where ${conditions.join(' or ')} order by ${key.name} for update`;
      selects.set(by.join(), select);
      return select;
    },
    read: (raw) => {
      const row: Row = {};
      for (const read of readers) read(raw, row);
      return row;
    },
  };
}

const compiled = new WeakMap<AnyTable, TableSql>();

export function tableSql(table: AnyTable): TableSql {
  let sql = compiled.get(table);
  if (!sql) compiled.set(table, (sql = compile(table)));
  return sql;
}
