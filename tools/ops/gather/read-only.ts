import pg from 'pg';

/** Rows fetched at once: what is in memory of a result. */
const window = 5_000;

/** The state of a database at one moment. Nothing can be written through it. */
export class Snapshot {
  #cursors = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly name: string,
  ) {}

  static async open(url: string, name: string): Promise<Snapshot> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'tradewind-audit',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined); // the query under way rejects with it
    try {
      await client.connect();
      await client.query('begin transaction isolation level repeatable read, read only');
    } catch (error) {
      await client.end();
      throw new CannotReach(`the database of ${name} can't be reached: ${reasonOf(error)}`, { cause: error });
    }
    return new Snapshot(client, name);
  }

  async rows<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      return (await this.client.query<R>(sql, [...values])).rows;
    } catch (error) {
      throw new CannotReach(`the database of ${this.name} can't be read: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Rows one after another, without holding all of them. */
  async *stream<R extends object>(sql: string, values: readonly unknown[] = []): AsyncGenerator<R> {
    const cursor = `audit_${++this.#cursors}`;
    await this.rows(`declare ${cursor} no scroll cursor for ${sql}`, values);
    for (;;) {
      const rows = await this.rows<R>(`fetch ${window} from ${cursor}`);
      yield* rows;
      if (rows.length < window) break;
    }
    await this.rows(`close ${cursor}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}

/** A refused connection to several addresses has a code and no message. */
export const reasonOf = (error: unknown): string =>
  (error as Error).message || (error as { code?: string }).code || String(error);

/** Something that the audit must read is away. */
export class CannotReach extends Error {
  override readonly name = 'CannotReach';
}
