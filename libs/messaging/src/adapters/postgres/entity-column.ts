import type { ColumnOptions, ColumnTransformer, ColumnType } from '../../ports/column.js';
import type { EntityColumn } from './entity-metadata.js';

/** The types of TypeORM's columns that rows can have. */
const types = new Map<unknown, ColumnType>([
  ...each('int2', 'int2', 'smallint'),
  ...each('int4', Number, 'int', 'int4', 'integer'),
  ...each('int8-string', 'int8', 'bigint'),
  ...each('numeric', 'numeric', 'decimal'),
  ...each('float4', 'float4', 'real'),
  ...each('float8', 'float', 'float8', 'double precision'),
  ...each('text', String, 'text', 'varchar', 'character varying', 'simple-array', 'simple-json'),
  ...each('char', 'char', 'character'),
  ...each('bool', Boolean, 'bool', 'boolean'),
  ...each('uuid', 'uuid'),
  ...each('date', 'date'),
  ...each('time', 'time', 'time without time zone'),
  ...each('timestamp', Date, 'timestamp', 'timestamp without time zone'),
  ...each('timestamptz', 'timestamptz', 'timestamp with time zone'),
  ...each('json', 'json'),
  ...each('jsonb', 'jsonb'),
  ...each('bytea', Buffer, 'bytea'),
  ...each('enum', 'enum', 'simple-enum'),
]);

function each(type: ColumnType, ...names: readonly unknown[]): (readonly [unknown, ColumnType])[] {
  return names.map((name) => [name, type]);
}

/** The types that TypeORM chooses where none is declared. */
const typesOfModes = new Map<string, ColumnType>([
  ['createDate', 'timestamp'],
  ['updateDate', 'timestamp'],
  ['deleteDate', 'timestamp'],
  ['version', 'int4'],
]);
const managed = new Map<string, 'created' | 'updated' | 'version'>([
  ['createDate', 'created'],
  ['updateDate', 'updated'],
  ['version', 'version'],
]);

/** What rows store of an entity's column. A text says why rows cannot have it. */
export function columnOfEntity(
  { mode, options, isGenerated }: EntityColumn,
  name: string,
  enumName: string,
): ColumnOptions | string {
  if (mode !== 'regular' && !typesOfModes.has(mode)) return `is a ${mode} column, which no table has`;
  const type = types.get(options.type) ?? (options.type === undefined ? typesOfModes.get(mode) : undefined);
  if ((options.type as unknown) === Object) return 'has a type that decorators cannot see: name the type of its column';
  if (type === undefined) return `has the type ${nameOf(options.type)}, which is not supported`;
  if (options.primary && options.generatedIdentity === 'ALWAYS')
    return 'gets its value from the database, and a decision has to name the rows that it saves';
  const transformer = transformerOf(options);
  const written = writtenOf(options, isGenerated);
  const manager = managed.get(mode);
  const { default: value } = options as { readonly default?: unknown };
  return {
    type,
    name,
    nullable: true,
    ...(options.array ? { array: true } : {}),
    ...(type === 'enum' ? { enumName } : {}),
    ...(transformer ? { transformer } : {}),
    ...(written ? { written } : {}),
    ...(manager ? { managed: manager } : {}),
    ...(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? { default: value } : {}),
  };
}

const nameOf = (type: unknown): string => (typeof type === 'function' ? type.name : String(type));

function writtenOf(
  { primary, insert = true, update = true, asExpression }: EntityColumn['options'],
  isGenerated: boolean,
): ColumnOptions['written'] {
  if (primary) return insert ? undefined : 'never';
  if (isGenerated || asExpression !== undefined || (!insert && !update)) return 'never';
  if (!insert) return 'update';
  return update ? undefined : 'insert';
}

/** The entity's transformers after what TypeORM converts by itself; like TypeORM, also called with null. */
function transformerOf(options: EntityColumn['options']): ColumnTransformer | undefined {
  const own = options.transformer === undefined ? [] : [options.transformer].flat();
  const all = [...own, ...builtIn(options)];
  if (all.length === 0) return undefined;
  const reversed = [...all].reverse();
  return {
    to: (value) => all.reduce((converted: unknown, { to }) => to(converted), value),
    from: (value) => reversed.reduce((converted: unknown, { from }) => from(converted), value),
  };
}

const ofText = (to: (value: unknown) => unknown, from: (text: string) => unknown): ColumnTransformer => ({
  to: (value) => (value === null || value === undefined ? value : to(value)),
  from: (value) => (typeof value === 'string' ? from(value) : value),
});

function builtIn({ type, enum: values, array }: EntityColumn['options']): ColumnTransformer[] {
  if (type === 'simple-array')
    return [
      ofText(
        (value) => (value as unknown[]).join(','),
        (text) => (text === '' ? [] : text.split(',')),
      ),
    ];
  if (type === 'simple-json') return [ofText(JSON.stringify, (text) => JSON.parse(text) as unknown)];
  const numbers = new Set(Object.values(values ?? {}).filter((value) => typeof value === 'number'));
  if (numbers.size === 0 || array) return [];
  return [ofText(String, (text) => (numbers.has(Number(text)) ? Number(text) : text))];
}
