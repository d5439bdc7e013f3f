import { exactTypes } from '../facts/snapshot.js';
import pg from 'pg';

export type Rows = <R extends object>(sql: string) => Promise<R[]>;

/** A read-only connection that is kept between rounds, and opened again after a failure. */
export class ReusedConnection {
  #client: pg.Client | undefined;

  constructor(private readonly url: string) {}

  async inSnapshot<T>(read: (rows: Rows) => Promise<T>): Promise<T> {
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

  /** Does not wait: the server may hang. */
  close(): void {
    this.#client?.end().catch(() => undefined); // the connection is not used again
    this.#client = undefined;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      types: exactTypes,
      application_name: 'tradewind-watch',
      connectionTimeoutMillis: 3_000,
    });
    client.on('error', () => (this.#client = undefined)); // the running query rejects with it
    await client.connect();
    return client;
  }
}
