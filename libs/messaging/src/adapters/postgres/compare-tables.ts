import type { Column, ColumnType } from '../../ports/column.js';
import type { DeclaredTable, TableFindings } from '../../ports/declared-table.js';
import { keyProperties, type AnyTable } from '../../ports/table.js';
import { selectCatalogue, type CatalogueColumn, type CatalogueTable } from './catalogue-sql.js';
import type { Sql } from './sql.js';
import type { SqlColumn } from './column-sql.js';
import { tableSql } from './table-sql.js';

/** The types of PostgreSQL that a declared type reads and writes, as the catalogue names them. The first is the best. */
const types: Record<ColumnType, readonly string[]> = {
  uuid: ['uuid'],
  text: ['text', 'varchar'],
  char: ['bpchar'],
  enum: [],
  int2: ['int2'],
  int4: ['int4', 'int2'],
  int8: ['int8', 'int4'],
  'int8-string': ['int8'],
  numeric: ['numeric'],
  float4: ['float4'],
  float8: ['float8', 'float4'],
  bool: ['bool'],
  date: ['date'],
  time: ['time'],
  timestamp: ['timestamp'],
  timestamptz: ['timestamptz'],
  json: ['json'],
  jsonb: ['jsonb'],
  bytea: ['bytea'],
  money: ['int8', 'int4'],
};
const currencyTypes = ['text', 'varchar', 'bpchar'];

/** Compares declared tables with the catalogue of the database, in one query. */
export async function compareTables(sql: Sql, declared: readonly DeclaredTable[]): Promise<TableFindings> {
  const catalogue = await sql<CatalogueTable>(selectCatalogue, [
    declared.map(({ table }) => tableSql(table).name),
    declared.map(({ table: { name, schema } }) => (schema === undefined ? name : name.slice(schema.length + 1))),
  ]);
  const pairs = declared.map((each, index) => ({ ...each, found: catalogue[index] as CatalogueTable }));
  return {
    problems: pairs.flatMap(({ table, found }) => problemsOf(table, found)),
    warnings: pairs.flatMap(({ table, loadedBy, found }) => warningsOf(table, loadedBy, found)),
  };
}

function problemsOf(table: AnyTable, found: CatalogueTable): string[] {
  const { name } = table;
  const { kind, schemas, searchPath, primaryKey, columns } = found;
  if (kind === null) {
    const where =
      schemas && `; there is one in ${schemas.join(' and ')}: declare it as ${schemas.join(' or ')}.${name}`;
    return [
      `the table ${name} does not exist in the schema ${table.schema ?? searchPath.join(', ')}: run the migrations before the application starts${where ?? ''}`,
    ];
  }
  if (kind !== 'r' && kind !== 'p')
    return [`${name} is a view or another relation that is not a table: declare its table`];
  const byName = new Map((columns ?? []).map((column) => [column.name, column]));
  const declared = tableSql(table).columns;
  return [
    ...keyProblems(table, primaryKey ?? []),
    ...declared.flatMap((column) => columnProblems(name, column, byName.get(column.name))),
    ...(columns ?? [])
      .filter((column) => column.required && !declared.some(({ name: of }) => of === column.name))
      .map(
        (column) =>
          `the table ${name} requires the column ${column.name} (not null, without a default), which the code does not declare: an insert would fail`,
      ),
  ];
}

const tuple = (names: readonly string[]): string => `(${names.join(', ')})`;

function keyProblems(table: AnyTable, primaryKey: readonly string[]): string[] {
  const { name, columns } = table;
  const key = tableSql(table).key.map((column) => column.name);
  if (key.length === primaryKey.length && key.every((column) => primaryKey.includes(column))) return [];
  if (primaryKey.length === 0)
    return [`the table ${name} has no primary key, the code declares ${tuple(key)}: add the primary key`];
  const properties = primaryKey.map(
    (of) => Object.entries(columns).find(([, column]) => column.name === of)?.[0] ?? undefined,
  );
  const [first, ...more] = properties;
  const fix = properties.includes(undefined)
    ? 'declare all of its columns and name them in the key'
    : `declare the key ${more.length === 0 ? `'${first}'` : `[${properties.map((each) => `'${each}'`).join(', ')}]`}`;
  return [`the table ${name} has the primary key ${tuple(primaryKey)}, the code declares ${tuple(key)}: ${fix}`];
}

function columnProblems(table: string, { name, column }: SqlColumn, found: CatalogueColumn | undefined): string[] {
  if (!found) return [`the table ${table} has no column ${name}, which the code declares: correct its name or add it`];
  const problems: string[] = [];
  const expected = typesOf(column, name);
  if (!isType(column, expected, found)) {
    const declared = `${column.type === 'enum' ? `the enum ${column.enumName}` : column.type}${column.array ? '[]' : ''}`;
    problems.push(
      `the column ${table}.${name} has the type ${found.display}, the code declares ${declared}${fixOf(column, expected, found)}`,
    );
  }
  if (found.generated && column.written !== 'never')
    problems.push(`the database generates the column ${table}.${name}, the code writes it: declare written: 'never'`);
  if (found.required && (column.written === 'never' || column.written === 'update'))
    problems.push(
      `the column ${table}.${name} is not null without a default, and the code does not insert it: an insert would fail`,
    );
  return problems;
}

const typesOf = (column: Column, name: string): readonly string[] =>
  column.type === 'money' && name.endsWith('_currency') ? currencyTypes : types[column.type];

function isType(column: Column, expected: readonly string[], found: CatalogueColumn): boolean {
  if (found.isArray !== (column.array ?? false)) return false;
  if (column.type !== 'enum') return !found.isEnum && expected.includes(found.type);
  const { enumName = '' } = column;
  return found.isEnum && (enumName === found.type || enumName === `${found.schema}.${found.type}`);
}

/** What to change: the declaration where a declared type reads and writes the column, else the column. */
function fixOf(column: Column, [expected]: readonly string[], found: CatalogueColumn): string {
  if (found.isEnum && !found.isArray)
    return `: declare an enum with enumName: '${found.schema === 'public' ? '' : `${found.schema}.`}${found.type}'`;
  const fitting = (Object.keys(types) as ColumnType[]).filter(
    (type) => type !== 'money' && types[type].includes(found.type),
  );
  if (fitting.length > 0 && column.type !== 'money')
    return `: declare ${fitting.map((type) => `${type}${found.isArray ? '[]' : ''}`).join(' or ')}`;
  return expected === undefined ? '' : `: change the column to ${expected}`;
}

function warningsOf(table: AnyTable, loadedBy: readonly string[], { indexed }: CatalogueTable): string[] {
  const isIndexed = (column: string): boolean => indexed?.includes(column) ?? false;
  return loadedBy
    .filter((property) => !keyProperties(table).includes(property) || keyProperties(table).length > 1)
    .map((property) => ({ property, column: table.columns[property]?.name ?? property }))
    .filter(({ column }) => indexed !== null && !isIndexed(column))
    .map(
      ({ property, column }) =>
        `no index of ${table.name} begins with ${column}: rowsWhere(…, '${property}') reads the whole table each time`,
    );
}
