import { queryAll, type Databases, type OfService } from '../databases/databases.js';

/** A published message, by its id or its correlation. */
export interface FoundMessage {
  readonly id: string;
  readonly type: string;
  readonly correlation: string;
}

const found = `
select id::text as id, type, correlation from msg_outbox where id::text = $1
union all
select id::text, type, correlation from msg_outbox_archive where id::text = $1 or correlation = $1 limit 5`;

/** Messages with this id, or of this correlation; at most five of each service. */
export const messageOf = (databases: Databases, id: string): Promise<OfService<FoundMessage>[]> =>
  queryAll<FoundMessage>(databases, found, [id]);
