import pg from 'pg';

/** Rows fetched at once, which is what a streamed result holds in memory. */
const fetchSize = 5_000;

/** Sums of money and pieces are exact: `pg` would return them as texts, and a number has only 53 bits. */
export const exactTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === pg.types.builtins.INT8 || oid === pg.types.builtins.NUMERIC
      ? BigInt
      : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
};

/** A service's database at one moment, read-only. Its int8 and numeric values are bigints. */
export class Snapshot {
  #cursors = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly service: string,
  ) {}

  static async open(url: string, service: string): Promise<Snapshot> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'tradewind-audit',
      types: exactTypes,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined); // the running query rejects with it
    try {
      await client.connect();
      await client.query('begin transaction isolation level repeatable read, read only');
    } catch (error) {
      await client.end();
      throw new SourceUnavailable(`the database of ${service} can't be reached: ${reasonOf(error)}`, { cause: error });
    }
    return new Snapshot(client, service);
  }

  async rows<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      return (await this.client.query<R>(sql, [...values])).rows;
    } catch (error) {
      throw new SourceUnavailable(`the database of ${this.service} can't be read: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** One row after another, without all of them in memory. */
  async *stream<R extends object>(sql: string, values: readonly unknown[] = []): AsyncGenerator<R> {
    const cursor = `audit_${++this.#cursors}`;
    await this.rows(`declare ${cursor} no scroll cursor for ${sql}`, values);
    for (;;) {
      const rows = await this.rows<R>(`fetch ${fetchSize} from ${cursor}`);
      yield* rows;
      if (rows.length < fetchSize) break;
    }
    await this.rows(`close ${cursor}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** A connection refused by several addresses has a code and no message. */
const reasonOf = (error: unknown): string =>
  (error as Error).message || (error as { code?: string }).code || String(error);

/** Something that the audit must read can't be read. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
  /** Of the programs that print its message. */
  readonly exitCode = 2;
}
