import type { Takeover, TakeoverStore } from '../../ports/takeover.js';
import { offsetColumns } from './offset-columns.js';
import type { Sql } from './sql.js';

const unused = `
select not exists (select from msg_outbox_archive) and not exists (select from msg_published_offsets)
  and not exists (select from msg_inbox) and not exists (select from msg_inbox_horizons) and not exists (select from msg_dead_letters) as yes`;

/**
 * What waits in the outbox moves behind the numbers that are taken over. A horizon says nothing about marks: none is pruned because of it.
 */
const takeOver = `
with unused as materialized (${unused}),
taken as materialized (select w.* from unused, unnest($1::text[], $2::text[], $3::bigint[]) as w(topic, key, last) where unused.yes),
sequences as (
  insert into msg_sequences as s (topic, key, last) select topic, key, last from taken order by 1, 2
  on conflict (topic, key) do update set last = s.last + excluded.last),
renumbered as (update msg_outbox o set sequence = o.sequence + t.last from taken t where o.topic = t.topic and o.key = t.key),
published as (
  insert into msg_published_offsets (topic, partition, next_offset)
  select w.* from unused, unnest($4::text[], $5::int[], $6::bigint[]) as w(topic, partition, next_offset) where unused.yes),
handled as (
  insert into msg_inbox_horizons (consumer, topic, partition, record_offset, marks_before, sampled_at, made_before, made_after)
  select w.*, 'epoch', now(), 'epoch', now() + interval '1 hour'
  from unused, unnest($7::text[], $8::text[], $9::int[], $10::bigint[]) as w(consumer, topic, partition, record_offset) where unused.yes)
select yes from unused`;

/** What a new database takes over from Kafka, on PostgreSQL. */
export class PostgresTakeover implements TakeoverStore {
  constructor(private readonly sql: Sql) {}

  async isUnused(): Promise<boolean> {
    return isYes(await this.sql<{ yes: boolean }>(unused));
  }

  async takeOver({ sequences, published, handled }: Takeover): Promise<boolean> {
    const rows = await this.sql<{ yes: boolean }>(takeOver, [
      sequences.map(({ topic }) => topic),
      sequences.map(({ key }) => key),
      sequences.map(({ last }) => last.toString()),
      ...offsetColumns(published),
      handled.map(({ consumer }) => consumer),
      ...offsetColumns(handled),
    ]);
    return isYes(rows);
  }
}

const isYes = ([row]: readonly { readonly yes: boolean }[]): boolean => row?.yes === true;
