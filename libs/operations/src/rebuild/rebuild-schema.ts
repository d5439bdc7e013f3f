import type { AnyTable } from '@tradewind/messaging/internals';
import { DataSource, type QueryRunner } from 'typeorm';
import { recordAction } from '../operator-actions.js';
import { singleRow } from '../single-row.js';
import { queryOn, type Query } from './query.js';
import { RebuildRejected } from './rebuild-rejected.js';
import {
  commentOnSchema,
  createSchema,
  dropSchema,
  dropSequence,
  dropTable,
  quoted,
  selectCurrentSchema,
  selectOtherTables,
  selectSchemaComment,
  selectUnownedSequences,
  tryLock,
  unlockAll,
} from './rebuild-sql.js';

/** Comments that mark the schemas of a rebuild. */
const rebuilding = 'tradewind: being rebuilt';
const replacedTables = 'tradewind: replaced by a rebuild';

/** One writes rows, two exchange and compare the tables. */
const maxConnections = 4;

export const schemaNameOf = (consumer: string, purpose: 'rebuild' | 'replaced'): string =>
  `${purpose}_${consumer.replace(/\W+/g, '_').toLowerCase()}`.slice(0, 60);

/** A schema beside the live one, in which the tables of a projection are built anew. One process at a time owns it. */
export class RebuildSchema {
  private constructor(
    readonly name: string,
    /** The schema that keeps the replaced tables until the next exchange, or until an operator drops them. */
    readonly replaced: string,
    /** The schema of the live tables. */
    readonly live: string,
    /** Its search path begins with this schema; its statements have no timeout. */
    readonly dataSource: DataSource,
    private readonly owner: QueryRunner,
  ) {}

  /**
   * Creates the tables with the migrations of the live data source, and drops all others. Replaces what an interrupted run has
   * left, with a warning; throws RebuildRejected while another run is active.
   */
  static async create(
    liveDataSource: DataSource,
    consumer: string,
    tables: readonly AnyTable[],
    warn: (line: string) => void,
  ): Promise<RebuildSchema> {
    const { name: live } = singleRow(await liveDataSource.query<{ name: string }[]>(selectCurrentSchema));
    const name = schemaNameOf(consumer, 'rebuild');
    const owner = liveDataSource.createQueryRunner();
    try {
      const query = queryOn(owner);
      if (!singleRow(await query<{ locked: boolean }>(tryLock, [name])).locked)
        throw new RebuildRejected(`another run uses the schema ${name}: wait until it has finished`);
      await dropInterrupted(query, name, warn);
      await query(createSchema(name));
      await query(commentOnSchema(name, rebuilding));
      const dataSource = await dataSourceIn(liveDataSource, name, live).initialize();
      const schema = new RebuildSchema(name, schemaNameOf(consumer, 'replaced'), live, dataSource, owner);
      try {
        await dataSource.runMigrations({ transaction: 'each' });
        await schema.#keepOnly(tables);
        return schema;
      } catch (error) {
        await dataSource.destroy();
        throw error;
      }
    } catch (error) {
      await release(owner);
      throw error;
    }
  }

  /** Drops the schema with everything that is still in it. */
  async close(): Promise<void> {
    await this.dataSource.destroy();
    try {
      await this.owner.query(dropSchema(this.name));
    } finally {
      await release(this.owner);
    }
  }

  /** In the transaction that exchanges the tables: an empty schema for the replaced ones. */
  async createReplacedSchema(query: Query): Promise<void> {
    const [former] = await query<{ comment: string | null }>(selectSchemaComment, [this.replaced]);
    if (former) {
      rejectForeignSchema(this.replaced, former.comment);
      await query(dropSchema(this.replaced));
    }
    await query(createSchema(this.replaced));
    await query(commentOnSchema(this.replaced, replacedTables));
  }

  async #keepOnly(tables: readonly AnyTable[]): Promise<void> {
    const query = queryOn(this.dataSource);
    const names = tables.map(({ name }) => name);
    const others = await query<{ name: string; kind: string }>(selectOtherTables, [this.name, names]);
    for (const { name, kind } of others) await query(dropTable(kind, this.name, name));
    for (const { name } of await query<{ name: string }>(selectUnownedSequences, [this.name]))
      await query(dropSequence(this.name, name));
  }
}

/** Drops the tables that a rebuild of this consumer has replaced. Resolves false if there are none. */
export async function dropReplaced(dataSource: DataSource, consumer: string, reason: string): Promise<boolean> {
  const name = schemaNameOf(consumer, 'replaced');
  return dataSource.transaction(async (manager) => {
    const [schema] = await manager.query<{ comment: string | null }[]>(selectSchemaComment, [name]);
    if (!schema) return false;
    rejectForeignSchema(name, schema.comment);
    await manager.query(dropSchema(name));
    const detail = { schema: name };
    await recordAction(manager, { action: 'drop replaced tables', subject: consumer, reason, detail });
    return true;
  });
}

async function dropInterrupted(query: Query, name: string, warn: (line: string) => void): Promise<void> {
  const [left] = await query<{ comment: string | null }>(selectSchemaComment, [name]);
  if (!left) return;
  rejectForeignSchema(name, left.comment);
  warn(`the schema ${name} of an interrupted run is replaced`);
  await query(dropSchema(name));
}

function rejectForeignSchema(name: string, comment: string | null): void {
  if (comment !== rebuilding && comment !== replacedTables)
    throw new RebuildRejected(`the schema ${name} exists and no rebuild has created it: rename or drop it first`);
}

async function release(owner: QueryRunner): Promise<void> {
  await owner.query(unlockAll).catch(() => undefined); // a broken connection holds no lock
  await owner.release();
}

/** Commits are not flushed one by one: the commit that exchanges the tables flushes all before it. */
function dataSourceIn({ options }: DataSource, name: string, live: string): DataSource {
  const { statement_timeout: _, query_timeout: __, ...extra } = (options.extra ?? {}) as Record<string, unknown>;
  const path = `-c search_path=${[name, live].map(quoted).join(',')} -c synchronous_commit=off`;
  return new DataSource({ ...options, extra: { ...extra, max: maxConnections, options: path } });
}
