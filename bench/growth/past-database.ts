import pg from 'pg';
import {
  copyRows,
  earlierId,
  passing,
  putAside,
  storyTables,
  takeFromShelves,
  type StoryDatabase,
} from './story-tables.js';

/** Copies that are made with one transaction, column by column; each has its order's id and the partition of its records. */
export interface Batch {
  readonly story: readonly string[];
  readonly order: readonly string[];
  readonly ago: readonly number[];
  readonly partition: readonly number[];
}

/** A batch is sorted in memory, and waits for no disk: what is half made is thrown away. */
const haste = `set synchronous_commit = off; set work_mem = '256MB'`;
const newIds = `select pg_temp.earlier(story::uuid, ago)::text as id from unnest($1::text[], $2::int[]) with ordinality as c(story, ago, place) order by place`;
const tables = `select relname as table from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`;
/** What the database numbers or computes by itself is left to it. */
const written = `
select string_agg(attname, ',' order by attnum) as columns from pg_attribute
where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''`;
const lastSaid = `select coalesce(max(position), 0)::text as position from msg_outbox_archive`;
const goOnBehind = `select setval(pg_get_serial_sequence('msg_outbox', 'position'), (select max(position) from msg_outbox_archive)) from msg_outbox_archive limit 1`;

/** One service's database while its past is made. The service must be stopped. */
export class PastDatabase {
  readonly #statements: string[] = [];

  private constructor(
    readonly name: StoryDatabase,
    private readonly client: pg.Client,
    /** The position of the last message that was said in truth. */
    readonly said: bigint,
  ) {}

  /** Learns the stories by which the past is made. Rejects where one has left something in a table that is not copied. */
  static async open(name: StoryDatabase, url: string, stories: readonly string[]): Promise<PastDatabase> {
    const client = new pg.Client({ connectionString: url, application_name: 'tradewind-bench' });
    await client.connect();
    try {
      await client.query(`${haste}; ${earlierId}`);
      const { rows } = await client.query<{ position: string }>(lastSaid);
      const database = new PastDatabase(name, client, BigInt(rows[0]!.position));
      await database.#learn(stories);
      return database;
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  /** The orders' ids of copies. */
  async ordersOf(story: readonly string[], ago: readonly number[]): Promise<string[]> {
    return (await this.client.query<{ id: string }>(newIds, [story, ago])).rows.map(({ id }) => id);
  }

  async copy({ story, order, ago, partition }: Batch): Promise<void> {
    await this.client.query('begin');
    for (const text of this.#statements) await this.client.query(text, [story, order, ago, partition]);
    await this.client.query('commit');
  }

  /** To be called once, when all copies are made: `times` tells how often each story was copied. */
  async settle(times: ReadonlyMap<string, number>): Promise<void> {
    if (this.name === 'product') await this.client.query(takeFromShelves, [[...times.keys()], [...times.values()]]);
    await this.client.query(goOnBehind);
    await this.client.query('vacuum analyze');
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async #learn(stories: readonly string[]): Promise<void> {
    const copied = storyTables[this.name];
    for (const table of copied) {
      const { rows } = await this.client.query<{ columns: string }>(written, [table.table]);
      await this.client.query(putAside(table), [stories]);
      this.#statements.push(copyRows(table, rows[0]!.columns.split(',')));
    }
    const known = new Set([...copied.map(({ table }) => table), ...passing]);
    for (const { table } of (await this.client.query<{ table: string }>(tables)).rows.filter(
      (row) => !known.has(row.table),
    )) {
      const { rows } = await this.client.query(
        `select from ${table} t, unnest($1::text[]) as s(story) where strpos(t::text, story) > 0 limit 1`,
        [stories],
      );
      if (rows.length > 0)
        throw new Error(
          `an order has left something in ${table} of ${this.name}, and nobody has said how that is copied`,
        );
    }
  }
}
