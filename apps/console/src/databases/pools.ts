import { Logger } from '@nestjs/common';
import type { Databases } from '@tradewind/operations';
import pg from 'pg';

/** Few connections for each database, however many people look: they share the readings. */
const readers = 2;
const actors = 1;
const readingMs = 2_000;
const actingMs = 8_000;

/** Connections to the databases of the services: some that can only read, for a short time, and some for actions. */
export class Pools {
  readonly reading: Databases;
  readonly acting: Databases;
  readonly #pools: pg.Pool[] = [];

  constructor(urls: Readonly<Record<string, string>>) {
    const poolsOf = (settings: pg.PoolConfig): Databases =>
      Object.fromEntries(
        Object.entries(urls).map(([service, url]) => [
          service,
          this.#open(service, { ...settings, connectionString: url }),
        ]),
      );
    const readOnly = '-c default_transaction_read_only=on';
    this.reading = poolsOf({
      max: readers,
      statement_timeout: readingMs,
      query_timeout: readingMs + 500,
      options: readOnly,
    });
    this.acting = poolsOf({ max: actors, statement_timeout: actingMs });
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
  }

  #open(service: string, settings: pg.PoolConfig): pg.Pool {
    const pool = new pg.Pool({
      ...settings,
      application_name: 'tradewind-console',
      connectionTimeoutMillis: readingMs,
      idleTimeoutMillis: 30_000,
    });
    // The page names a database that does not answer; the log says when it went away.
    pool.on('error', (error) =>
      new Logger('Console').warn(`a connection to the database of ${service} ended: ${error.message}`),
    );
    this.#pools.push(pool);
    return pool;
  }
}
