import { partitionOf } from '@tradewind/messaging/internals';
import { connectKafka } from '../../environment/kafka.js';
import { openClient, run, statement, type Text } from './database.js';
import { repeat } from './repeat.js';

/** Records of one send: kafkajs takes quadratic time for more. */
const sendSize = 1_000;

const take = statement(`
select position, id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at as "occurredAt"
from msg_outbox order by position limit $1`);

const archive = statement(`
with taken as (delete from msg_outbox where position = any($1::bigint[]) returning *),
published as (select * from taken join unnest($1::bigint[], $2::int[], $3::bigint[]) as p(position, partition, record_offset) using (position)),
archived as (insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset)
  select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from published),
reached as (insert into msg_published_offsets as known (topic, partition, next_offset)
  select topic, partition, max(record_offset) + 1 from published group by topic, partition order by topic, partition
  on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)),
started as (update msg_timeouts set due_at = now() + timeout_ms * interval '1 millisecond' where started_by = any(array(select id from taken)) and due_at is null)
select count(*)::int as count from published`);

interface Row extends Text<
  'position' | 'id' | 'topic' | 'key' | 'type' | 'sequence' | 'payload' | 'causation' | 'correlation'
> {
  readonly version: number;
  readonly occurredAt: Date;
}

export interface RelayOptions {
  readonly url: string;
  readonly brokers: string;
  readonly source: string;
  readonly partitionsOf: (topic: string) => number;
}

/**
 * Publishes the outbox of one database and moves it to the archive: oldest rows first, one request at a time. Returns what is to be called after
 * rows are committed. An error ends the process.
 */
export async function startBareRelay({ url, brokers, source, partitionsOf }: RelayOptions): Promise<() => void> {
  const publisher = await connectKafka(brokers, source).publisher();
  const client = await openClient(url, '-c enable_nestloop=off -c enable_mergejoin=off');

  return repeat(async () => {
    const rows = await run<Row>(client, take, [sendSize]);
    if (rows.length === 0) return false;
    const partitions = rows.map(({ topic, key }) => partitionOf(key, partitionsOf(topic)));
    const records = rows.map((row, index) => {
      const [partition, headers] = [partitions[index]!, headersOf(row, source)];
      return { topic: row.topic, partition, key: row.key, value: row.payload, headers };
    });
    const answers = await publisher.publish(records);
    const next = new Map(
      answers.map(({ topic, partition, baseOffset }) => [`${topic}:${partition}`, Number(baseOffset)]),
    );
    const offsets = rows.map(({ topic }, index) => {
      const place = `${topic}:${partitions[index]}`;
      const offset = next.get(place)!;
      next.set(place, offset + 1);
      return offset;
    });
    const positions = rows.map(({ position }) => position);
    const [answer] = await run<{ count: number }>(client, archive, [positions, partitions, offsets]);
    if (answer!.count !== rows.length)
      throw new Error(`${rows.length} rows were published, and ${answer!.count} were archived`);
    return true;
  });
}

const headersOf = (row: Row, source: string): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: row.id,
  ce_type: row.type,
  ce_source: `/${source}`,
  ce_subject: row.key,
  ce_time: row.occurredAt.toISOString(),
  ce_sequence: row.sequence,
  ce_schemaversion: String(row.version),
  ce_causationid: row.causation,
  ce_correlationid: row.correlation,
});
