import { isDate } from 'node:util/types';
import pg from 'pg';
import type { Column, ColumnType } from '../../ports/column.js';
import { arrayLiteral } from './array-literal.js';

export type Row = Record<string, unknown>;

/** One column in statements. */
export interface SqlColumn {
  readonly property: string;
  readonly name: string;
  /** The name as SQL. */
  readonly quoted: string;
  /** The element type of its array parameter: `$1::text[]`. */
  readonly parameter: string;
  /** The type to cast a value of the parameter to; undefined where the parameter has it. */
  readonly cast: string | undefined;
  /** What is selected, under its name. */
  readonly select: string;
  readonly column: Column;
  readonly write: (row: Row) => unknown;
}

const quoted = (name: string): string => pg.escapeIdentifier(name);
/** A name that may have a schema. */
export const quotedName = (name: string, schema?: string): string =>
  schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name.slice(schema.length + 1))}`;

const enumOf = (name: string): string => name.split('.').map(quoted).join('.');

/** The type in PostgreSQL of a column without an array. Of money, that of the amount. */
const sqlTypeOf = ({ type, enumName = '' }: Column): string => {
  if (type === 'enum') return enumOf(enumName);
  if (type === 'int8-string' || type === 'money') return 'int8';
  return type === 'char' ? 'bpchar' : type;
};

/** Read as text, because parsers of pg would round, or add a time zone. */
const readAsText: ReadonlySet<ColumnType> = new Set(['int8-string', 'numeric', 'date', 'time']);
/** Sent as text and cast: pg writes an array of objects as an array of arrays, and a statement names no enum as a parameter type. */
const sentAsText: ReadonlySet<ColumnType> = new Set(['json', 'jsonb', 'enum']);

const sqlColumn = (
  property: string,
  column: Column,
  name: string,
  type: string,
  write: SqlColumn['write'],
): SqlColumn => {
  const isText = sentAsText.has(column.type) || column.array === true;
  const select = column.array
    ? `to_json(${quoted(name)}::text[]) as ${quoted(name)}`
    : readAsText.has(column.type)
      ? `${quoted(name)}::text as ${quoted(name)}`
      : quoted(name);
  return {
    property,
    name,
    quoted: quoted(name),
    parameter: isText ? 'text' : type,
    cast: isText ? `${type}${column.array ? '[]' : ''}` : undefined,
    select,
    column,
    write,
  };
};

export function columnsOf(property: string, column: Column): [SqlColumn, ...SqlColumn[]] {
  const { name, nullable = false, transformer } = column;
  if (column.type === 'money') {
    const part = (of: 'amount' | 'currency') => (row: Row) => {
      const value = row[property];
      return value === undefined || (nullable && value === null) ? null : (value as Row)[of];
    };
    return [
      sqlColumn(property, column, `${name}_amount`, 'int8', part('amount')),
      sqlColumn(property, column, `${name}_currency`, 'text', part('currency')),
    ];
  }
  const convert = writerOf(column);
  const write = (value: unknown): unknown => {
    if (value === undefined || (nullable && value === null)) return null;
    return convert ? convert(value) : value;
  };
  const type = sqlTypeOf(column);
  return [
    sqlColumn(
      property,
      column,
      name,
      type,
      transformer ? (row) => write(transformer.to(row[property])) : (row) => write(row[property]),
    ),
  ];
}

const converted: ReadonlySet<ColumnType> = new Set(['json', 'jsonb', 'timestamp', 'timestamptz', 'date', 'time']);

function writerOf({ type, array }: Column): ((value: unknown) => unknown) | undefined {
  if (!array && !converted.has(type)) return undefined;
  const write = (value: unknown): unknown => writable(type, value);
  if (!array) return write;
  return (value) => {
    if (!Array.isArray(value) || value.some(Array.isArray))
      throw new TypeError(`an array of ${type} is written from an array without arrays in it`);
    return arrayLiteral(value.map((element: unknown) => (element === null ? null : write(element))));
  };
}

const wrongType = (type: ColumnType, wanted: string, value: unknown): never => {
  throw new TypeError(`a ${type} is written from ${wanted}, not from ${typeof value} ${String(value)}`);
};

/** The value to write. Throws a TypeError where the database would read the value in its own time zone. */
function writable(type: ColumnType, value: unknown): unknown {
  switch (type) {
    case 'json':
    case 'jsonb':
      return JSON.stringify(value);
    case 'timestamptz':
      return isDate(value) ? value : wrongType(type, 'a Date', value);
    case 'timestamp':
      return isDate(value) ? localTime(value) : wrongType(type, 'a Date', value);
    case 'date':
    case 'time':
      return typeof value === 'string' ? value : wrongType(type, 'a text', value);
    default:
      return value;
  }
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** As pg and TypeORM write a timestamp without a time zone: in the time zone of the process. */
const localTime = (at: Date): string =>
  `${digits(at.getFullYear(), 4)}-${digits(at.getMonth() + 1, 2)}-${digits(at.getDate(), 2)} ` +
  `${digits(at.getHours(), 2)}:${digits(at.getMinutes(), 2)}:${digits(at.getSeconds(), 2)}.${digits(at.getMilliseconds(), 3)}`;

const numbers: ReadonlySet<ColumnType> = new Set(['int2', 'int4', 'int8', 'float4', 'float8']);

const elementReader = (type: ColumnType): ((text: string) => unknown) => {
  if (numbers.has(type)) return Number;
  return type === 'bool' ? (text) => text === 'true' : (text) => text;
};

/** Reads a property of a row as the database returned it. */
export function readerOf(property: string, column: Column): (raw: Row, into: Row) => void {
  const { name, type, array, nullable = false, transformer } = column;
  if (type === 'money') {
    return (raw, into) => {
      if (raw[`${name}_amount`] !== null)
        into[property] = { amount: Number(raw[`${name}_amount`]), currency: raw[`${name}_currency`] };
      else if (nullable) into[property] = null;
    };
  }
  const element = elementReader(type);
  const read = array
    ? (value: unknown) => (value as (string | null)[]).map((text) => (text === null ? null : element(text)))
    : type === 'int8'
      ? Number
      : undefined;
  if (transformer) {
    return (raw, into) => {
      const value = raw[name] === null || !read ? raw[name] : read(raw[name]);
      const converted = transformer.from(value);
      if (converted !== undefined && (converted !== null || nullable)) into[property] = converted;
    };
  }
  if (nullable) return (raw, into) => void (into[property] = raw[name] === null || !read ? raw[name] : read(raw[name]));
  if (read) return (raw, into) => void (raw[name] === null || (into[property] = read(raw[name])));
  return (raw, into) => void (raw[name] === null || (into[property] = raw[name]));
}
