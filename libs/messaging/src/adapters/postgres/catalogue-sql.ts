export interface CatalogueColumn {
  readonly name: string;
  /** The name of the type, or of the element type of an array, or of the type that a domain is made from. */
  readonly type: string;
  readonly schema: string;
  readonly isArray: boolean;
  readonly isEnum: boolean;
  /** The type as PostgreSQL displays it. */
  readonly display: string;
  /** Not null, and the database has no value for it. */
  readonly required: boolean;
  /** The database rejects a value for it. */
  readonly generated: boolean;
}

export interface CatalogueTable {
  /** `pg_class.relkind`; null where there is no such table. */
  readonly kind: string | null;
  readonly searchPath: readonly string[];
  /** Schemas that have a table of this name. */
  readonly schemas: readonly string[] | null;
  readonly columns: readonly CatalogueColumn[] | null;
  readonly primaryKey: readonly string[] | null;
  /** The columns with which an index of all rows begins. */
  readonly indexed: readonly string[] | null;
}

/** All tables in one query. $1: their names as SQL, resolved as in any other statement; $2: their names without a schema. */
export const selectCatalogue = `
with wanted as (
  select number, plain, to_regclass(name) as id from unnest($1::text[], $2::text[]) with ordinality as w(name, plain, number))
select c.relkind::text as kind, current_schemas(false)::text[] as "searchPath",
(select array_agg(n.nspname::text order by n.nspname) from pg_class o join pg_namespace n on n.oid = o.relnamespace
  where o.relname = w.plain and o.relkind in ('r', 'p')) as schemas,
(select json_agg(json_build_object('name', a.attname, 'type', coalesce(e.typname, b.typname, t.typname),
    'schema', coalesce(en.nspname, n.nspname), 'isArray', e.oid is not null, 'isEnum', coalesce(e.typtype, b.typtype, t.typtype) = 'e',
    'display', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull and not a.atthasdef and a.attidentity = '',
    'generated', a.attgenerated <> '' or a.attidentity = 'a') order by a.attnum)
  from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = t.typnamespace
  left join pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
  left join pg_type e on e.oid = coalesce(b.typelem, t.typelem) and coalesce(b.typcategory, t.typcategory) = 'A'
  left join pg_namespace en on en.oid = e.typnamespace
  where a.attrelid = w.id and a.attnum > 0 and not a.attisdropped) as columns,
(select array_agg(a.attname::text order by k.number) from pg_index i cross join unnest(i.indkey) with ordinality as k(attnum, number)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
  where i.indrelid = w.id and i.indisprimary and k.number <= i.indnkeyatts) as "primaryKey",
(select array_agg(distinct a.attname::text) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = w.id and i.indisvalid and i.indpred is null) as indexed
from wanted w left join pg_class c on c.oid = w.id order by w.number`;
