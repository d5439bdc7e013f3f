import type { AnyTable } from '../decide/index.js';
import type { Ask } from './table-comparison.js';
import { placed } from './rebuild-schema.js';
import { ReplayRefused } from './replay-request.js';

/** What would go on pointing at a table that was moved away, or do something whenever it is written. */
const obstacles = `
with this as (select $1::text::regclass::oid as id)
select 'the foreign key ' || conname || ' of ' || conrelid::regclass as what from pg_constraint, this where contype = 'f' and confrelid = id
union all select 'the trigger ' || tgname from pg_trigger, this where tgrelid = id and not tgisinternal
union all select distinct 'the view ' || v.oid::regclass from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class, this
  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = id and v.oid <> id
union all select distinct 'the function ' || p.oid::regprocedure from pg_depend d join pg_proc p on p.oid = d.objid, this
  where d.classid = 'pg_proc'::regclass and (d.refobjid = id or d.refobjid = (select reltype from pg_class where oid = id))
union all select 'the policy ' || polname from pg_policy, this where polrelid = id
union all select 'the publication ' || pubname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid, this where r.prrelid = id
union all select 'the inheritance of ' || inhrelid::regclass from pg_inherits, this where inhparent = id or inhrelid = id`;

/** Line by line, without the name of the schema. */
const shape = `
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

/** Throws ReplayRefused naming what stands against the exchange of a table. */
export async function refuseObstacles(ask: Ask, schema: string, { name }: AnyTable): Promise<void> {
  const found = await ask<{ what: string }>(obstacles, [placed(schema, name)]);
  if (found.length > 0)
    throw new ReplayRefused(
      `${name} can't be exchanged: ${found.map(({ what }) => what).join(', ')} would stay with the old one`,
    );
}

/** Throws ReplayRefused where the migrations make another table than the one that lives. */
export async function refuseOtherShape(ask: Ask, living: string, made: string, { name }: AnyTable): Promise<void> {
  const [mine, theirs] = [await shapeOf(ask, living, name), await shapeOf(ask, made, name)];
  const odd = [
    ...mine.filter((line) => !theirs.includes(line)).map((line) => `it has ${line}`),
    ...theirs.filter((line) => !mine.includes(line)).map((line) => `it lacks ${line}`),
  ];
  if (odd.length > 0)
    throw new ReplayRefused(`${name} is not what the migrations of this version make: ${odd.join('; ')}`);
}

const shapeOf = async (ask: Ask, schema: string, name: string): Promise<string[]> =>
  (await ask<{ line: string }>(shape, [placed(schema, name)])).map(({ line }) => line);
