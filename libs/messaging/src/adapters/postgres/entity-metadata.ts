import {
  getMetadataArgsStorage,
  type ColumnOptions as EntityColumnOptions,
  type EntitySchema,
  type EntitySchemaOptions,
} from 'typeorm';

export type EntityClass<E> = abstract new (...args: never[]) => E;
export type EntityDeclaration<E> = EntityClass<E> | EntitySchema<E>;

/** TypeORM does not export its name. */
type ColumnMode = ReturnType<typeof getMetadataArgsStorage>['columns'][number]['mode'];

export interface EntityColumn {
  readonly property: string;
  readonly mode: ColumnMode;
  readonly options: EntityColumnOptions;
  readonly isGenerated: boolean;
}

/** A relation whose column is in the table of the entity. */
export interface OwnRelation {
  readonly property: string;
  /** Names of its columns; undefined where the naming strategy has to name them by the columns of `target`. */
  readonly joinColumns: readonly string[] | undefined;
  /** The entity that it refers to. */
  readonly target: unknown;
}

/** What an entity declares, from decorators or a schema. Needs no DataSource. */
export interface EntityMetadata {
  readonly name: string;
  readonly tableName: string | undefined;
  readonly schema: string | undefined;
  readonly columns: readonly EntityColumn[];
  readonly relations: readonly OwnRelation[];
  /** What no table of rows can have, with the reason. */
  readonly unsupported: readonly string[];
}

export const metadataOf = (entity: EntityDeclaration<object>): EntityMetadata =>
  typeof entity === 'function' ? ofClass(entity) : ofSchema(entity.options);

/** The class and its parents: columns are inherited. */
function classesOf(cls: EntityClass<object>): EntityClass<object>[] {
  const classes: EntityClass<object>[] = [];
  for (
    let each: unknown = cls;
    typeof each === 'function' && each !== Function.prototype;
    each = Object.getPrototypeOf(each)
  )
    classes.push(each as EntityClass<object>);
  return classes;
}

function ofClass(cls: EntityClass<object>): EntityMetadata {
  const storage = getMetadataArgsStorage();
  const { name } = cls;
  const [table] = storage.filterTables(cls);
  if (!table) throw new TypeError(`${name} is not an entity: it has no @Entity()`);
  const classes = classesOf(cls);
  const relations = storage.filterRelations(classes);
  return {
    name,
    tableName: table.name,
    schema: table.schema,
    columns: storage.filterColumns(classes).map(({ propertyName, mode, options }) => ({
      property: propertyName,
      mode,
      options,
      isGenerated: storage.findGenerated(classes, propertyName) !== undefined,
    })),
    relations: relations.flatMap(({ propertyName, relationType, type }) => {
      const joined = classes.flatMap((each) => storage.filterJoinColumns(each, propertyName));
      if (relationType !== 'many-to-one' && (relationType !== 'one-to-one' || joined.length === 0)) return [];
      return { property: propertyName, joinColumns: namesOf(joined), target: type };
    }),
    unsupported: [
      ...(table.type === 'regular' ? [] : [`${name} is a ${table.type} entity, not one with a table of its own`]),
      ...(classes.some((each) => storage.findInheritanceType(each))
        ? [`${name} shares its table with other entities`]
        : []),
      ...(storage.findTree(classes) ? [`${name} is a tree`] : []),
      ...storage.filterEmbeddeds(classes).map(({ propertyName }) => embedded(name, propertyName)),
    ],
  };
}

function ofSchema(options: EntitySchemaOptions<unknown>): EntityMetadata {
  const { name } = options;
  const columns = Object.entries<EntitySchemaColumn>(options.columns);
  const relations = Object.entries<EntitySchemaRelation>(options.relations ?? {});
  return {
    name,
    tableName: options.tableName,
    schema: options.schema,
    columns: columns.map(([property, column]) => ({
      property,
      mode: modeOf(column),
      options: column as EntityColumnOptions,
      isGenerated: column.generated !== undefined,
    })),
    relations: relations.flatMap(([property, { type, joinColumn, target }]) => {
      if (type !== 'many-to-one' && (type !== 'one-to-one' || !joinColumn)) return [];
      const joined = typeof joinColumn === 'object' ? [joinColumn].flat() : [];
      return { property, joinColumns: namesOf(joined), target };
    }),
    unsupported: [
      ...(options.type === undefined || options.type === 'regular'
        ? []
        : [`${name} is a ${options.type} entity, not one with a table of its own`]),
      ...(options.inheritance ? [`${name} shares its table with other entities`] : []),
      ...(options.trees?.length ? [`${name} is a tree`] : []),
      ...Object.keys(options.embeddeds ?? {}).map((property) => embedded(name, property)),
    ],
  };
}

interface JoinColumn {
  readonly name?: string | undefined;
}
interface EntitySchemaRelation {
  readonly type: string;
  readonly target: unknown;
  readonly joinColumn?: boolean | JoinColumn | readonly JoinColumn[];
}
interface EntitySchemaColumn {
  readonly createDate?: boolean;
  readonly updateDate?: boolean;
  readonly deleteDate?: boolean;
  readonly version?: boolean;
  readonly virtualProperty?: boolean;
  readonly generated?: unknown;
}

const embedded = (entity: string, property: string): string =>
  `${entity}.${property} is embedded: declare its columns as properties of ${entity}`;

function namesOf(joined: readonly JoinColumn[]): readonly string[] | undefined {
  const names = joined.flatMap(({ name }) => name ?? []);
  return names.length === 0 ? undefined : names;
}

function modeOf({ createDate, updateDate, deleteDate, version, virtualProperty }: EntitySchemaColumn): ColumnMode {
  if (createDate) return 'createDate';
  if (updateDate) return 'updateDate';
  if (deleteDate) return 'deleteDate';
  if (version) return 'version';
  return virtualProperty ? 'virtual-property' : 'regular';
}

/** The names of the primary key of an entity that a relation refers to; `id` where they cannot be known here. */
export function keyOfTarget(target: unknown): readonly string[] {
  const isClass = (of: unknown): of is EntityClass<object> =>
    typeof of === 'function' && getMetadataArgsStorage().filterTables(of).length > 0;
  const entity = typeof target === 'function' && !isClass(target) ? (target as () => unknown)() : target;
  if (!isClass(entity)) return ['id'];
  return ofClass(entity)
    .columns.filter(({ options }) => options.primary)
    .map(({ property, options }) => options.name ?? property);
}
