import { DefaultNamingStrategy, type NamingStrategyInterface } from 'typeorm';
import type { ColumnOptions } from '../../ports/column.js';
import { declareTable, type Key, type KeyPart, type PropertyOf, type Table } from '../../ports/table.js';
import { columnOfEntity } from './entity-column.js';
import { keyOfTarget, metadataOf, type EntityDeclaration, type EntityMetadata } from './entity-metadata.js';

/** The rows of an entity: its properties without its methods. */
export type RowOf<E> = { [P in keyof E as E[P] extends (...args: never[]) => unknown ? never : P]: E[P] };

/** What `tableOf` cannot read from the entity. */
export interface TableOfOptions<E> {
  /** Of a projection: the property with the sequence of the message that wrote the row last, a `bigint`. */
  readonly sequence?: PropertyOf<RowOf<E>>;
  /** The naming strategy of the DataSource. Default: that of TypeORM. */
  readonly namingStrategy?: NamingStrategyInterface;
  /** The `schema` of the DataSource. Default: that of the entity, or the search path. */
  readonly schema?: string;
}

type Property<E> = PropertyOf<RowOf<E>>;

/**
 * The table of a TypeORM entity, a class or an EntitySchema: names, types and key from its metadata. Needs no DataSource. Rows are plain
 * objects; NULL is null. A composite key is named, so that its type is known: `{ key: ['tenantId', 'vanId'] }`. Throws a TypeError that names
 * everything in the entity that is not supported.
 */
export function tableOf<E extends object>(
  entity: EntityDeclaration<E>,
  options?: TableOfOptions<E> & { readonly key?: undefined },
): Table<RowOf<E>>;
export function tableOf<E extends object>(
  entity: EntityDeclaration<E>,
  options: TableOfOptions<E> & { readonly key: readonly [Property<E>, Property<E>] },
): Table<RowOf<E>, readonly [KeyPart, KeyPart]>;
export function tableOf<E extends object>(
  entity: EntityDeclaration<E>,
  options: TableOfOptions<E> & { readonly key: readonly [Property<E>, Property<E>, Property<E>] },
): Table<RowOf<E>, readonly [KeyPart, KeyPart, KeyPart]>;
export function tableOf<E extends object>(
  entity: EntityDeclaration<E>,
  options: TableOfOptions<E> & { readonly key?: readonly string[] | undefined } = {},
): Table<RowOf<E>, Key> {
  const metadata = metadataOf(entity);
  const { namingStrategy = new DefaultNamingStrategy(), schema = metadata.schema, sequence } = options;
  const tableName = namingStrategy.tableName(metadata.name, metadata.tableName);
  const columns = columnsOf(metadata, namingStrategy, { tableName, schema });
  return declareTable({
    name: schema === undefined ? tableName : `${schema}.${tableName}`,
    ...(schema === undefined ? {} : { schema }),
    key: keyOf(metadata, options.key),
    columns,
    ...(sequence === undefined ? {} : { sequence }),
  }) as Table<RowOf<E>, Key>;
}

function columnsOf(
  metadata: EntityMetadata,
  naming: NamingStrategyInterface,
  { tableName, schema }: { readonly tableName: string; readonly schema: string | undefined },
): Record<string, ColumnOptions> {
  const { name: entity } = metadata;
  const problems = [...metadata.unsupported];
  const columns: Record<string, ColumnOptions> = {};
  const names = new Set<string>();
  for (const column of metadata.columns) {
    const { property, options } = column;
    const name = naming.columnName(property, options.name, []);
    names.add(name);
    const enumName = options.enumName ?? `${tableName}_${name.toLowerCase()}_enum`;
    const declared = columnOfEntity(column, name, schema === undefined ? enumName : `${schema}.${enumName}`);
    if (typeof declared === 'string') problems.push(`${entity}.${property} ${declared}`);
    else columns[property] = declared;
  }
  for (const { property, joinColumns, target } of metadata.relations) {
    const wanted = joinColumns ?? keyOfTarget(target).map((key) => naming.joinColumnName(property, key));
    const missing = wanted.filter((name) => !names.has(name));
    if (missing.length > 0)
      problems.push(`${entity}.${property} is stored in ${missing.join(', ')}: declare a property for that column`);
  }
  if (problems.length > 0) throw new TypeError(`tableOf(${entity}): ${problems.join('; ')}`);
  return columns;
}

/** Throws a TypeError where the named key is not the whole primary key of the entity. */
function keyOf({ name, columns }: EntityMetadata, named: readonly string[] | undefined): string | readonly string[] {
  const key = columns.filter(({ options }) => options.primary).map(({ property }) => property);
  const [single, ...more] = key;
  if (single === undefined) throw new TypeError(`tableOf(${name}): ${name} has no primary column`);
  if (named === undefined && more.length === 0) return single;
  if (named?.length === key.length && key.every((property) => named.includes(property))) return named;
  const fix = more.length === 0 ? 'leave the key out' : `{ key: [${key.map((each) => `'${each}'`).join(', ')}] }`;
  throw new TypeError(`tableOf(${name}): its primary key is (${key.join(', ')}): ${fix}`);
}
