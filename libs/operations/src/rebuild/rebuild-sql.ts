import { type AnyTable, tableSql } from '@tradewind/messaging/internals';
import pg from 'pg';

export const quoted = (name: string): string => pg.escapeIdentifier(name);
export const literal = (text: string): string => pg.escapeLiteral(text);
/** The name of a table with its schema. */
export const qualified = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`;

// The schema of a rebuild

export const selectCurrentSchema = `select current_schema() as name`;
export const tryLock = `select pg_try_advisory_lock(hashtext('tradewind rebuild ' || $1)) as locked`;
export const unlockAll = `select pg_advisory_unlock_all()`;
export const selectSchemaComment = `select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = $1`;
export const createSchema = (name: string): string => `create schema ${quoted(name)}`;
export const commentOnSchema = (name: string, comment: string): string =>
  `comment on schema ${quoted(name)} is ${literal(comment)}`;
export const dropSchema = (name: string): string => `drop schema if exists ${quoted(name)} cascade`;

export const selectOtherTables = `
select c.relname as name, case when c.relkind in ('v') then 'view' when c.relkind = 'm' then 'materialized view' else 'table' end as kind from pg_class c
where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname <> all($2::text[])`;
export const dropTable = (kind: string, schema: string, name: string): string =>
  `drop ${kind} if exists ${qualified(schema, name)} cascade`;
export const selectUnownedSequences = `
select c.relname as name from pg_class c where c.relnamespace = $1::text::regnamespace and c.relkind = 'S'
and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))`;
export const dropSequence = (schema: string, name: string): string =>
  `drop sequence ${qualified(schema, name)} cascade`;

// Whether a table can be exchanged

/** Objects that keep referring to a table which is moved away, or that act on each write to it. */
export const selectObstacles = `
with this as (select $1::text::regclass::oid as id)
select 'the foreign key ' || conname || ' of ' || conrelid::regclass as name from pg_constraint, this where contype = 'f' and confrelid = id
union all select 'the trigger ' || tgname from pg_trigger, this where tgrelid = id and not tgisinternal
union all select distinct 'the view ' || v.oid::regclass from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class, this
  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = id and v.oid <> id
union all select distinct 'the function ' || p.oid::regprocedure from pg_depend d join pg_proc p on p.oid = d.objid, this
  where d.classid = 'pg_proc'::regclass and (d.refobjid = id or d.refobjid = (select reltype from pg_class where oid = id))
union all select 'the policy ' || polname from pg_policy, this where polrelid = id
union all select 'the publication ' || pubname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid, this where r.prrelid = id
union all select 'the inheritance of ' || inhrelid::regclass from pg_inherits, this where inhparent = id or inhrelid = id`;

/** Columns, indexes, constraints and options of a table, one a line, without the name of the schema. */
export const selectShape = `
with this as (select c.oid as id, quote_ident(n.nspname) || '.' as schema, c.reloptions from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1::text::regclass),
lines as (
  select 'column ' || row_number() over (order by a.attnum) || ' ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else '' end || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
    || case a.attidentity when 'a' then ' identity always' when 'd' then ' identity' else '' end || case a.attgenerated when 's' then ' stored' else '' end as line
  from this join pg_attribute a on a.attrelid = id and a.attnum > 0 and not a.attisdropped left join pg_attrdef d on d.adrelid = id and d.adnum = a.attnum
  union all select pg_get_indexdef(indexrelid) from pg_index, this where indrelid = id
  union all select 'constraint ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) from pg_constraint, this where conrelid = id
  union all select 'with ' || unnest(reloptions) from this)
select replace(line, schema, '') as line from lines, this order by 1`;

// The exchange

export const setLockTimeout = (milliseconds: number): string => `set local lock_timeout = ${milliseconds}`;
export const lockTable = (schema: string, name: string): string =>
  `lock table only ${qualified(schema, name)} in access exclusive mode`;
export const exportSnapshot = `select pg_export_snapshot() as id`;
export const setSnapshot = (id: string): string => `set transaction snapshot ${literal(id)}`;
export const analyze = (schema: string, name: string): string => `analyze ${qualified(schema, name)}`;
export const setSchema = (from: string, name: string, to: string): string =>
  `alter table ${qualified(from, name)} set schema ${quoted(to)}`;

/** The value of the key column as text; of several columns, their values as a JSON array. */
const keyText = (alias: string, key: readonly string[]): string => {
  const values = key.map((name) => `${alias}.${quoted(name)}::text`);
  return values.length === 1 ? values.join() : `jsonb_build_array(${values.join(', ')})::text`;
};

/** Keys of the live table that the rebuilt one lacks. */
export const selectMissingKeys = (live: string, rebuilt: string, table: AnyTable, limit: number): string => {
  const key = tableSql(table).key.map(({ name }) => name);
  const isSame = key.map((name) => `r.${quoted(name)} = l.${quoted(name)}`).join(' and ');
  return `select ${keyText('l', key)} as key from ${qualified(live, table.name)} l where not exists (select 1 from ${qualified(rebuilt, table.name)} r where ${isSame}) order by 1 limit ${limit}`;
};

export const selectOwnedSequences = `
select s.relname as name from pg_class s join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
where s.relkind = 'S' and d.refobjid = $1::text::regclass`;
export const advanceSequence = (live: string, rebuilt: string): string =>
  `select setval($1::text::regclass, greatest(l.last_value, r.last_value), l.is_called or r.is_called) from ${live} l, ${rebuilt} r`;

export const selectOwner = `select r.rolname as name, r.rolname = current_user as "isCurrentUser" from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = $1::text::regclass`;
export const setOwner = (table: string, owner: string): string => `alter table ${table} owner to ${quoted(owner)}`;

export interface Grant {
  readonly privilege: string;
  readonly grantable: boolean;
  /** Empty: public. */
  readonly grantee: string;
  /** Null: the whole table. */
  readonly column: string | null;
}
export const selectGrants = `
select g.privilege_type as privilege, g.is_grantable as grantable, coalesce(r.rolname, '') as grantee, null as "column"
from pg_class c, aclexplode(c.relacl) g left join pg_roles r on r.oid = g.grantee where c.oid = $1::text::regclass
union all select g.privilege_type, g.is_grantable, coalesce(r.rolname, ''), a.attname
from pg_attribute a, aclexplode(a.attacl) g left join pg_roles r on r.oid = g.grantee where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped`;
export const grant = (table: string, { privilege, grantable, grantee, column }: Grant): string =>
  `grant ${privilege}${column === null ? '' : ` (${quoted(column)})`} on ${table} to ${grantee === '' ? 'public' : quoted(grantee)}${grantable ? ' with grant option' : ''}`;

export interface Comment {
  /** Null: the whole table. */
  readonly column: string | null;
  readonly text: string | null;
}
export const selectComments = `
select null as "column", obj_description($1::text::regclass, 'pg_class') as text
union all select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped`;
export const comment = (table: string, { column, text }: Comment): string =>
  `comment on ${column === null ? 'table' : 'column'} ${table}${column === null ? '' : `.${quoted(column)}`} is ${text === null ? 'null' : literal(text)}`;

// The comparison

export const selectCommonColumns = `
select a.attname as name from pg_attribute a join pg_attribute b on b.attname = a.attname and b.attrelid = $2::text::regclass and b.attnum > 0 and not b.attisdropped
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped`;

/** Key and row as JSON of these columns. */
export const selectRows = (from: string, key: readonly string[], columns: readonly string[]): string =>
  `select ${keyText('t', key)} as key, jsonb_build_object(${columns.map((name) => `${literal(name)}, t.${quoted(name)}`).join(', ')}) as row from ${from} t`;

/** Of two selects of rows: pairs of the same key that differ. */
const differences = (live: string, rebuilt: string): string =>
  `from (${live}) l full join (${rebuilt}) r using (key) where l.row is distinct from r.row`;
export const countDifferences = (live: string, rebuilt: string): string => `
select count(*)::int as different, count(*) filter (where r.key is null)::int as "onlyLive", count(*) filter (where l.key is null)::int as "onlyRebuilt" ${differences(live, rebuilt)}`;
export const selectDifferences = (live: string, rebuilt: string, limit: number): string =>
  `select key, l.row as live, r.row as rebuilt ${differences(live, rebuilt)} order by key limit ${limit}`;
export const selectDifferenceHashes = (live: string, rebuilt: string, limit: number): string =>
  `select key, md5(coalesce(l.row::text, '') || '|' || coalesce(r.row::text, '')) as hash ${differences(live, rebuilt)} order by key limit ${limit}`;
export const hashRows = (rows: string): string =>
  `select count(*)::int as rows, left(md5(coalesce(string_agg(md5(row::text), '' order by key), '')), 16) as hash from (${rows}) t`;
