import type { DescriptionStore } from '../../ports/description-store.js';
import type { Sql } from './sql.js';

/** Versions of a service whose descriptions are kept. */
const maxDescriptions = 20;

const renew = `update msg_descriptions set seen_at = now() where hash = $1 returning hash`;
const add = `insert into msg_descriptions (hash, description) values ($1, $2) on conflict (hash) do update set seen_at = now()`;
const prune = `delete from msg_descriptions where hash in (select hash from msg_descriptions order by seen_at desc, hash offset ${maxDescriptions})`;

/** The descriptions of a service, on PostgreSQL. */
export class PostgresDescriptions implements DescriptionStore {
  constructor(private readonly sql: Sql) {}

  async keep(hash: string, description: object): Promise<void> {
    const renewed = await this.sql<{ hash: string }>(renew, [hash]);
    if (renewed.length > 0) return;
    await this.sql(add, [hash, JSON.stringify(description)]);
    await this.sql(prune, []);
  }
}
