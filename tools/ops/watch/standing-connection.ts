import pg from 'pg';

export type Rows = <R extends object>(sql: string) => Promise<R[]>;

/** One connection that is kept between looks, and made anew after any failure. It only reads, each time of one moment. */
export class StandingConnection {
  #client: pg.Client | undefined;

  constructor(private readonly url: string) {}

  async atOneMoment<T>(read: (rows: Rows) => Promise<T>): Promise<T> {
    const client = (this.#client ??= await this.#connect());
    try {
      await client.query('begin transaction isolation level repeatable read, read only');
      const found = await read(async (sql) => (await client.query(sql)).rows);
      await client.query('commit');
      return found;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Waits for nobody: the other end may be the one that hangs. */
  close(): void {
    this.#client?.end().catch(() => undefined); // it is given up either way
    this.#client = undefined;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'tradewind-watch',
      connectionTimeoutMillis: 3_000,
    });
    client.on('error', () => (this.#client = undefined)); // the query under way rejects with it
    await client.connect();
    return client;
  }
}
