import type { AnyTable } from '../decide/index.js';
import { ReplayRefused } from './replay-request.js';

/** Runs one statement, and gives its rows. */
export type Query = <R extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<R[]>;

/** What stands in the way of exchanging a table for another: somebody else points at it, or it does more than keep rows. */
const obstacles = `
select 'a foreign key: ' || conname as what from pg_constraint where contype = 'f' and (conrelid = $1::regclass or confrelid = $1::regclass)
union all select 'a trigger: ' || tgname from pg_trigger where tgrelid = $1::regclass and not tgisinternal
union all select 'a view: ' || r.ev_class::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid where d.refobjid = $1::regclass and d.classid = 'pg_rewrite'::regclass and r.ev_class <> $1::regclass
union all select 'numbers of its own: column ' || attname from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1::regclass and a.attnum > 0 and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')
union all select 'rights of its own' from pg_class where oid = $1::regclass and relacl is not null`;

const indexesOf = `
select i.indexrelid::regclass::text as name, c.relname as plain, pg_get_indexdef(i.indexrelid) as definition, k.conname as "constraint", k.contype as kind
from pg_index i join pg_class c on c.oid = i.indexrelid left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
where i.indrelid = $1::regclass order by 1`;
const optionsOf = `select array_to_string(reloptions, ', ') as options from pg_class where oid = $1::regclass`;

interface IndexRow {
  readonly plain: string;
  readonly definition: string;
  readonly constraint: string | null;
  readonly kind: 'p' | 'u' | null;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A schema beside the living one, with the same tables, empty: what is made anew takes their place at once or not at all. */
export class ShadowSchema {
  readonly name: string;
  /** Where the tables that were replaced are kept until the next rebuild. */
  readonly replaced: string;

  constructor(
    consumer: string,
    private readonly tables: readonly AnyTable[],
  ) {
    const plain = consumer.replaceAll(/\W/g, '_');
    this.name = `rebuild_${plain}`;
    this.replaced = `replaced_${plain}`;
  }

  /** Throws ReplayRefused naming what stands in the way. */
  async check(query: Query): Promise<void> {
    for (const { name } of this.tables) {
      const found = await query<{ what: string }>(obstacles, [`public.${quoted(name)}`]);
      if (found.length > 0) throw new ReplayRefused(`the table ${name} can't be exchanged: it has ${found.map(({ what }) => what).join(', ')}`);
    }
  }

  /** Makes it anew; one that an interrupted run has left is replaced. Indexes, constraints and settings are those of the living tables, by the same names. */
  async create(query: Query): Promise<void> {
    await this.drop(query);
    await query(`create schema ${quoted(this.name)}`);
    for (const { name } of this.tables) {
      const [live, shadow] = [`public.${quoted(name)}`, `${quoted(this.name)}.${quoted(name)}`];
      await query(`create table ${shadow} (like ${live} including all excluding indexes)`);
      const [settings] = await query<{ options: string | null }>(optionsOf, [live]);
      if (settings?.options) await query(`alter table ${shadow} set (${settings.options})`);
      for (const index of await query<IndexRow>(indexesOf, [live])) {
        await query(index.definition.replace(/ ON \S+ /, ` ON ${shadow} `));
        if (index.constraint !== null) {
          await query(`alter table ${shadow} add constraint ${quoted(index.constraint)} ${index.kind === 'p' ? 'primary key' : 'unique'} using index ${quoted(index.plain)}`);
        }
      }
    }
  }

  /** Nobody reads or writes the living tables until the end of the transaction. */
  async lockLive(query: Query, milliseconds: number): Promise<void> {
    await query(`set local lock_timeout = ${milliseconds}`);
    await query(`lock table ${this.tables.map(({ name }) => `public.${quoted(name)}`).join(', ')} in access exclusive mode`);
    await query('set local lock_timeout = 0');
  }

  /** In the transaction that holds the lock. The former tables are kept aside; what was kept aside before goes. */
  async exchange(query: Query): Promise<void> {
    await query(`drop schema if exists ${quoted(this.replaced)} cascade`);
    await query(`create schema ${quoted(this.replaced)}`);
    for (const { name } of this.tables) {
      await query(`alter table public.${quoted(name)} set schema ${quoted(this.replaced)}`);
      await query(`alter table ${quoted(this.name)}.${quoted(name)} set schema public`);
    }
    await query(`drop schema ${quoted(this.name)}`);
  }

  async drop(query: Query): Promise<void> {
    await query(`drop schema if exists ${quoted(this.name)} cascade`);
  }
}
