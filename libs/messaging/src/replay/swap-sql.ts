import pg from 'pg';
import type { AnyTable } from '../decide/index.js';
import { tableSql } from '../postgres/table-sql.js';
import { placed, type RebuildSchema } from './rebuild-schema.js';
import type { Ask } from './table-comparison.js';

const quoted = (name: string): string => pg.escapeIdentifier(name);

const owned = `
select s.relname as name from pg_class s join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
where s.relkind = 'S' and d.refobjid = $1::text::regclass`;
const ownerOf = `select r.rolname as name, r.rolname = current_user as "isMe" from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = $1::text::regclass`;
/** Of the whole table, and of single columns. */
const grants = `
select g.privilege_type as privilege, g.is_grantable as grantable, coalesce(r.rolname, '') as grantee, null as "column"
from pg_class c, aclexplode(c.relacl) g left join pg_roles r on r.oid = g.grantee where c.oid = $1::text::regclass
union all select g.privilege_type, g.is_grantable, coalesce(r.rolname, ''), a.attname
from pg_attribute a, aclexplode(a.attacl) g left join pg_roles r on r.oid = g.grantee where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped`;
const comments = `
select null as "column", obj_description($1::text::regclass, 'pg_class') as text
union all select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped`;

interface Grant {
  readonly privilege: string;
  readonly grantable: boolean;
  readonly grantee: string;
  readonly column: string | null;
}

/** Keys that the living table has and the other lacks. */
export const missing = (living: string, made: string, table: AnyTable): string => {
  const key = quoted(tableSql(table).key.name);
  return `select l.${key}::text as key from ${placed(living, table.name)} l where not exists (select 1 from ${placed(made, table.name)} m where m.${key} = l.${key}) order by 1`;
};

/** The other table gets owner, privileges, comments and the numbers of sequences from the living one. */
export async function takeOver(ask: Ask, living: string, made: string, { name }: AnyTable): Promise<void> {
  const [from, to] = [placed(living, name), placed(made, name)];
  for (const { name: sequence } of await ask<{ name: string }>(owned, [from])) {
    await ask(
      `select setval($1::text::regclass, greatest(l.last_value, m.last_value), l.is_called or m.is_called) from ${placed(living, sequence)} l, ${placed(made, sequence)} m`,
      [placed(made, sequence)],
    );
  }
  for (const { column, text } of await ask<{ column: string | null; text: string | null }>(comments, [from])) {
    await ask(
      `comment on ${column === null ? 'table' : 'column'} ${to}${column === null ? '' : `.${quoted(column)}`} is ${text === null ? 'null' : pg.escapeLiteral(text)}`,
    );
  }
  for (const { privilege, grantable, grantee, column } of await ask<Grant>(grants, [from])) {
    await ask(
      `grant ${privilege}${column === null ? '' : ` (${quoted(column)})`} on ${to} to ${grantee === '' ? 'public' : quoted(grantee)}${grantable ? ' with grant option' : ''}`,
    );
  }
  const [owner] = await ask<{ name: string; isMe: boolean }>(ownerOf, [from]);
  if (!owner!.isMe) await ask(`alter table ${to} owner to ${quoted(owner!.name)}`);
}

/** The made ones take the place of the living, which are kept; indexes, constraints, owned sequences and row types go with their table. */
export async function exchange(
  ask: Ask,
  { name: made, living, replaced }: RebuildSchema,
  tables: readonly AnyTable[],
): Promise<void> {
  for (const { name } of tables) {
    await ask(`alter table ${placed(living, name)} set schema ${quoted(replaced)}`);
    await ask(`alter table ${placed(made, name)} set schema ${quoted(living)}`);
  }
}
