import pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import type { AnyTable } from '../decide/index.js';
import { ReplayRefused } from './replay-request.js';
import type { Ask } from './table-comparison.js';

const being = 'tradewind: being rebuilt';
const kept = 'tradewind: what a rebuild has replaced';

const quoted = (name: string): string => pg.escapeIdentifier(name);
/** A table with its schema, as SQL has it. */
export const placed = (schema: string, table: string): string => `${quoted(schema)}.${quoted(table)}`;

const stateOf = `select obj_description(oid, 'pg_namespace') as state from pg_namespace where nspname = $1`;
const others = `
select c.relname as name, case when c.relkind in ('v') then 'view' when c.relkind = 'm' then 'materialized view' else 'table' end as kind from pg_class c
where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname <> all($2::text[])`;
const loose = `
select c.relname as name from pg_class c where c.relnamespace = $1::text::regnamespace and c.relkind = 'S'
and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))`;
const tryLock = `select pg_try_advisory_lock(hashtext('tradewind rebuild ' || $1)) as mine`;
const current = `select current_schema() as name`;

/** Connections: rows are written over one, and tables exchanged and compared over two more. */
const connections = 4;

export const schemaNameOf = (consumer: string, purpose: 'rebuild' | 'replaced'): string =>
  `${purpose}_${consumer.replace(/\W+/g, '_').toLowerCase()}`.slice(0, 60);

/** A schema beside the living one, in which a projection's tables are made anew. One process at a time has it. */
export class RebuildSchema {
  private constructor(
    readonly name: string,
    /** Where the tables are kept that it replaces, until the next exchange or until somebody drops them. */
    readonly replaced: string,
    /** Where the living tables are. */
    readonly living: string,
    /** Finds its tables in the schema first; no statement has a time limit. */
    readonly dataSource: DataSource,
    private readonly owner: QueryRunner,
  ) {}

  /**
   * Makes the tables by the migrations of `live`, and keeps no others. What an interrupted run has left is replaced, and told;
   * throws ReplayRefused while another run is under way.
   */
  static async make(
    live: DataSource,
    consumer: string,
    tables: readonly AnyTable[],
    say: (line: string) => void,
  ): Promise<RebuildSchema> {
    const living = (await live.query<{ name: string }[]>(current))[0]!.name;
    const name = schemaNameOf(consumer, 'rebuild');
    const owner = live.createQueryRunner();
    try {
      const [lock] = (await owner.query(tryLock, [name])) as { mine: boolean }[];
      if (!lock!.mine) throw new ReplayRefused(`another run has the schema ${name} at this moment`);
      await clear(owner, name, say);
      await owner.query(`create schema ${quoted(name)}`);
      await owner.query(`comment on schema ${quoted(name)} is ${pg.escapeLiteral(being)}`);
      const dataSource = await besides(live, name, living).initialize();
      const schema = new RebuildSchema(name, schemaNameOf(consumer, 'replaced'), living, dataSource, owner);
      try {
        await dataSource.runMigrations({ transaction: 'each' });
        await schema.#keepOnly(tables);
        return schema;
      } catch (error) {
        await dataSource.destroy();
        throw error;
      }
    } catch (error) {
      await dismiss(owner);
      throw error;
    }
  }

  /** It goes with whatever it still holds. */
  async close(): Promise<void> {
    await this.dataSource.destroy();
    try {
      await this.owner.query(`drop schema if exists ${quoted(this.name)} cascade`);
    } finally {
      await dismiss(this.owner);
    }
  }

  /** In the transaction that exchanges the tables: room for those that are replaced. */
  async makeRoom(ask: Ask): Promise<void> {
    const [former] = await ask<{ state: string | null }>(stateOf, [this.replaced]);
    if (former) {
      refuseStranger(this.replaced, former.state);
      await ask(`drop schema ${quoted(this.replaced)} cascade`);
    }
    await ask(`create schema ${quoted(this.replaced)}`);
    await ask(`comment on schema ${quoted(this.replaced)} is ${pg.escapeLiteral(kept)}`);
  }

  async #keepOnly(tables: readonly AnyTable[]): Promise<void> {
    const names = tables.map(({ name }) => name);
    for (const { name, kind } of await this.dataSource.query<{ name: string; kind: string }[]>(others, [
      this.name,
      names,
    ])) {
      await this.dataSource.query(`drop ${kind} if exists ${placed(this.name, name)} cascade`);
    }
    for (const { name } of await this.dataSource.query<{ name: string }[]>(loose, [this.name]))
      await this.dataSource.query(`drop sequence ${placed(this.name, name)} cascade`);
  }
}

/** Drops what a rebuild of this consumer has replaced. Resolves false where there is nothing. */
export async function dropReplaced(live: DataSource, consumer: string, reason: string): Promise<boolean> {
  const name = schemaNameOf(consumer, 'replaced');
  return live.transaction(async (manager) => {
    const [schema] = await manager.query<{ state: string | null }[]>(stateOf, [name]);
    if (!schema) return false;
    refuseStranger(name, schema.state);
    await manager.query(`drop schema ${quoted(name)} cascade`);
    await manager.query(
      `insert into msg_operator_actions (action, subject, reason, detail) values ('rebuild.drop', $1, $2, $3)`,
      [consumer, reason, JSON.stringify({ schema: name })],
    );
    return true;
  });
}

async function clear(owner: QueryRunner, name: string, say: (line: string) => void): Promise<void> {
  const [left] = (await owner.query(stateOf, [name])) as { state: string | null }[];
  if (!left) return;
  refuseStranger(name, left.state);
  say(`the schema ${name} is there from a run that was interrupted: it is replaced`);
  await owner.query(`drop schema ${quoted(name)} cascade`);
}

function refuseStranger(name: string, state: string | null): void {
  if (state !== being && state !== kept) throw new ReplayRefused(`there is a schema ${name} which no rebuild has made`);
}

/** Ends the connection too: with it goes the lock. */
async function dismiss(owner: QueryRunner): Promise<void> {
  await owner.query('select pg_advisory_unlock_all()').catch(() => undefined); // a connection that broke holds no lock
  await owner.release();
}

/** Rows need not be on the disk at each commit: the one that exchanges the tables brings all before it there. */
function besides({ options }: DataSource, name: string, living: string): DataSource {
  const {
    statement_timeout: _,
    query_timeout: __,
    ...extra
  } = ((options as { extra?: object }).extra ?? {}) as Record<string, unknown>;
  const path = `-c search_path=${[name, living].map(quoted).join(',')} -c synchronous_commit=off`;
  return new DataSource({ ...options, extra: { ...extra, max: connections, options: path } });
}
