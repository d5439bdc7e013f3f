import { messagingMigrations } from '@tradewind/messaging';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';

/** For tests: a database with the tables of the messaging library for each service. */
export class OperatedDatabases<S extends string> {
  readonly #clients = new Map<S, pg.Client>();

  private constructor(private readonly fresh: ReadonlyMap<S, FreshDatabase>) {}

  static async open<S extends string>(...services: readonly S[]): Promise<OperatedDatabases<S>> {
    const fresh = new Map<S, FreshDatabase>();
    for (const service of services) {
      const database = await freshDatabase();
      fresh.set(service, database);
      const source = await new DataSource({
        type: 'postgres',
        url: database.url,
        migrations: [...messagingMigrations],
      }).initialize();
      await source.runMigrations();
      await source.destroy();
    }
    const opened = new OperatedDatabases(fresh);
    for (const [service, { url }] of fresh) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      opened.#clients.set(service, client);
    }
    return opened;
  }

  get urls(): Record<S, string> {
    return Object.fromEntries([...this.fresh].map(([service, { url }]) => [service, url])) as Record<S, string>;
  }

  async sql<R extends object = Record<string, unknown>>(
    service: S,
    text: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    return (await this.#clients.get(service)!.query<R>(text, values)).rows;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.end();
    for (const database of this.fresh.values()) await database.drop();
  }
}
