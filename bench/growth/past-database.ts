import type pg from 'pg';
import { connect } from '../environment/databases.js';
import {
  copiedTables,
  earlierId,
  insertCopies,
  keepTemplates,
  notCopied,
  sellCopies,
  type CopiedDatabase,
} from './copied-tables.js';

/** Copies of one transaction, column by column; each has the id of its order and the partition of its records. */
export interface Batch {
  readonly templates: readonly string[];
  readonly orders: readonly string[];
  readonly seconds: readonly number[];
  readonly partitions: readonly number[];
}

/** Sorts in memory and does not wait for the disk: an unfinished database is thrown away. */
const fastSettings = `set synchronous_commit = off; set work_mem = '256MB'`;
const newOrderIds = `select pg_temp.earlier(template::uuid, seconds)::text as id from unnest($1::text[], $2::int[]) with ordinality as c(template, seconds, place) order by place`;
const allTables = `select relname as table from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`;
/** Without the columns that the database generates. */
const writtenColumns = `
select string_agg(attname, ',' order by attnum) as columns from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''`;
const lastPosition = `select coalesce(max(position), 0)::text as position from msg_outbox_archive`;
const continuePositions = `select setval(pg_get_serial_sequence('msg_outbox', 'position'), (select max(position) from msg_outbox_archive)) from msg_outbox_archive limit 1`;

/** The database of a stopped service, while past orders are added. */
export class PastDatabase {
  readonly #inserts: string[] = [];

  private constructor(
    readonly name: CopiedDatabase,
    private readonly client: pg.Client,
    /** The position of the last message that was really published. */
    readonly lastPosition: bigint,
  ) {}

  /** Keeps the rows of the template orders. Rejects when an order has rows in a table that is not copied. */
  static async open(name: CopiedDatabase, url: string, templates: readonly string[]): Promise<PastDatabase> {
    const client = await connect(url);
    await client.query(`${fastSettings}; ${earlierId}`);
    const { rows } = await client.query<{ position: string }>(lastPosition);
    const database = new PastDatabase(name, client, BigInt(rows[0]!.position));
    await database.#prepare(templates);
    return database;
  }

  async orderIdsOf(templates: readonly string[], seconds: readonly number[]): Promise<string[]> {
    return (await this.client.query<{ id: string }>(newOrderIds, [templates, seconds])).rows.map(({ id }) => id);
  }

  async copy({ templates, orders, seconds, partitions }: Batch): Promise<void> {
    await this.client.query('begin');
    for (const text of this.#inserts) await this.client.query(text, [templates, orders, seconds, partitions]);
    await this.client.query('commit');
  }

  /** To be called once, after all copies. `copies`: the number of copies of each template. */
  async finish(copies: ReadonlyMap<string, number>): Promise<void> {
    if (this.name === 'product') await this.client.query(sellCopies, [[...copies.keys()], [...copies.values()]]);
    await this.client.query(continuePositions);
    await this.client.query('vacuum analyze');
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async #prepare(templates: readonly string[]): Promise<void> {
    const copied = copiedTables[this.name];
    for (const table of copied) {
      const { rows } = await this.client.query<{ columns: string }>(writtenColumns, [table.table]);
      await this.client.query(keepTemplates(table), [templates]);
      this.#inserts.push(insertCopies(table, rows[0]!.columns.split(',')));
    }
    const known = new Set([...copied.map(({ table }) => table), ...notCopied]);
    const { rows: tables } = await this.client.query<{ table: string }>(allTables);
    for (const { table } of tables.filter((row) => !known.has(row.table))) {
      const text = `select from ${table} t, unnest($1::text[]) as o(template) where strpos(t::text, o.template) > 0 limit 1`;
      const { rowCount } = await this.client.query(text, [templates]);
      if (rowCount !== 0) throw new Error(`the table ${table} of ${this.name} has rows of an order, but is not copied`);
    }
  }
}
