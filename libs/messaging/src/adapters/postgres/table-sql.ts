import { keyParts, keyProperties, type AnyTable } from '../../ports/table.js';
import { columnsOf, quotedName, readerOf, type Row, type SqlColumn } from './column-sql.js';

/** A statement with an array parameter for each of its columns. */
export interface Write {
  readonly text: string;
  readonly values: (rows: readonly object[]) => unknown[][];
}

export interface TableSql {
  /** The name as SQL, with its schema where it is declared. */
  readonly name: string;
  readonly columns: readonly SqlColumn[];
  /** The columns of the primary key. */
  readonly key: readonly SqlColumn[];
  readonly insert: Write;
  /** Undefined where every column is in the key. */
  readonly update: Write | undefined;
  readonly remove: string;
  readonly read: (raw: Row) => object;
  /** Selects rows for update by the key or other properties; each takes the parameters of `valuesOf`. */
  readonly select: (by: readonly By[]) => string;
  /** The parameters of `remove`, and of `select` for one `by`: an array for each column. */
  readonly valuesOf: (by: By, values: Iterable<string>) => unknown[][];
}

/** The key of the table, or a property. */
type By = string | readonly string[];

/** Of money, the column with the amount. Throws a TypeError when the table has no such property. */
function columnOf({ name, columns }: AnyTable, property: string): SqlColumn {
  const column = columns[property];
  if (column === undefined) throw new TypeError(`${name} has no property ${property}`);
  return columnsOf(property, column)[0];
}

const list = (columns: readonly SqlColumn[]): string => columns.map(({ quoted }) => quoted).join(', ');

/** `unnest($1::text[], …)`, the parameters from this number on. */
const unnest = (columns: readonly SqlColumn[], first = 1): string =>
  `unnest(${columns.map(({ parameter }, index) => `$${first + index}::${parameter}[]`).join(', ')})`;

const cast = ({ cast: type }: SqlColumn, value: string): string => (type === undefined ? value : `${value}::${type}`);
const valueOf = (column: SqlColumn): string => cast(column, `u.${column.quoted}`);

/** `(a, b) in (select …)`, or `a = any(…)`, which is planned faster. */
function condition(columns: readonly SqlColumn[], first: number): string {
  const [column, ...more] = columns;
  if (column && more.length === 0) {
    const { quoted, parameter, cast: type } = column;
    return `${quoted} = any($${first}::${parameter}[]${type === undefined ? '' : `::${type}[]`})`;
  }
  return `(${list(columns)}) in (${selectValues(columns, first)})`;
}

const selectValues = (columns: readonly SqlColumn[], first: number): string =>
  `select ${columns.map(valueOf).join(', ')} from ${unnest(columns, first)} as u(${list(columns)})`;

/** What an insert writes: columns that the store manages have a value where the row has none. */
function insertedValue(column: SqlColumn): string {
  const { managed } = column.column;
  if (managed === undefined) return valueOf(column);
  return `coalesce(${valueOf(column)}, ${managed === 'version' ? '1' : 'now()'})`;
}

const updatedValue = (column: SqlColumn): string => {
  const { managed } = column.column;
  if (managed === 'version') return `t.${column.quoted} + 1`;
  return managed === 'updated' ? 'now()' : valueOf(column);
};

const writeOf = (
  text: string,
  columns: readonly SqlColumn[],
  write: (column: SqlColumn) => SqlColumn['write'],
): Write => {
  const writers = columns.map(write);
  return { text, values: (rows) => writers.map((each) => rows.map((row) => each(row as Row))) };
};

/** Writes the declared default for an undefined property. */
function inserted({ property, column, write }: SqlColumn): SqlColumn['write'] {
  const { default: value } = column;
  return value === undefined ? write : (row) => (row[property] === undefined ? value : write(row));
}

function compile(table: AnyTable): TableSql {
  const properties = Object.entries(table.columns);
  const columns = properties.flatMap(([property, column]) => columnsOf(property, column));
  const key = keyProperties(table).map((property) => columnOf(table, property));
  const isKey = (column: SqlColumn): boolean => key.some(({ name }) => name === column.name);
  const name = quotedName(table.name, table.schema);
  const written = (of: 'insert' | 'update'): SqlColumn[] =>
    columns.filter(({ column }) => column.written === undefined || column.written === of);
  const added = written('insert');
  const others = written('update').filter((column) => !isKey(column) && column.column.managed !== 'created');
  const sent = [...key, ...others.filter((column) => updatedValue(column) === valueOf(column))];
  const set = others.map((column) => `${column.quoted} = ${updatedValue(column)}`).join(', ');
  const where = key.map((column) => `t.${column.quoted} = ${valueOf(column)}`).join(' and ');
  const order = list(key);
  const selected = columns.map(({ select }) => select).join(', ');
  const readers = properties.map(([property, column]) => readerOf(property, column));
  const columnsBy = (by: By): readonly SqlColumn[] => (by === table.key ? key : [columnOf(table, by as string)]);
  const selects = new Map<string, string>();

  const compileSelect = (by: readonly By[]): string => {
    let first = 1;
    const conditions = by.map((each) => {
      const of = columnsBy(each);
      const parameter = first;
      first += of.length;
      return { of, parameter };
    });
    const composite = conditions.find(({ of }) => of.length > 1);
    const single = conditions.filter(({ of }) => of.length === 1).map(({ of, parameter }) => condition(of, parameter));
    // An `or` with a list of rows would use no index, so the keys of all rows are found first.
    const wanted = !composite
      ? single.join(' or ')
      : single.length === 0
        ? condition(composite.of, composite.parameter)
        : `(${order}) in (${selectValues(key, composite.parameter)} union select ${order} from ${name} where ${single.join(' or ')})`;
    return `select ${selected} from ${name} where ${wanted} order by ${order} for update`;
  };

  return {
    name,
    columns,
    key,
    insert: writeOf(
      `insert into ${name} (${list(added)}) select ${added.map(insertedValue).join(', ')} from ${unnest(added)} as u(${list(added)}) order by ${key.map(({ quoted }) => `u.${quoted}`).join(', ')}`,
      added,
      inserted,
    ),
    update:
      others.length === 0
        ? undefined
        : writeOf(
            `update ${name} t set ${set} from ${unnest(sent)} as u(${list(sent)}) where ${where}`,
            sent,
            ({ write }) => write,
          ),
    remove: `delete from ${name} where ${condition(key, 1)}`,
    select: (by) => {
      const cacheKey = by.map((each) => (each === table.key ? '' : String(each))).join();
      let select = selects.get(cacheKey);
      if (select === undefined) selects.set(cacheKey, (select = compileSelect(by)));
      return select;
    },
    valuesOf: (by, values) => {
      if (by !== table.key || key.length === 1) return [[...values]];
      const parts = Array.from(values, (text) => keyParts(table, text));
      return key.map((_, index) => parts.map((part) => part[index]));
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
