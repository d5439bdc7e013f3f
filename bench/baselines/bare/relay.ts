import kafkajs, { CompressionTypes, type Message } from 'kafkajs';
import { partitionOf } from '@tradewind/messaging/internals';
import { openClient, Rows, run, statement, type Text } from './database.js';

/** Records of one send: kafkajs takes quadratic time for more. */
const sendSize = 1_000;
/** Milliseconds: the poll interval when no notification arrives. */
const pollInterval = 1_000;

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

export interface BareRelay {
  /** To be called after rows are committed. */
  notify(): void;
  /** Publishes everything first. */
  close(): Promise<void>;
}

/** Publishes the outbox of one database and moves it to the archive: oldest rows first, one request at a time. An error ends the process. */
export async function startBareRelay({ url, brokers, source, partitionsOf }: RelayOptions): Promise<BareRelay> {
  const { ERROR } = kafkajs.logLevel;
  const producer = new kafkajs.Kafka({ clientId: source, brokers: brokers.split(','), logLevel: ERROR }).producer({
    idempotent: false,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition!,
    retry: { retries: 0 },
  });
  await producer.connect();
  const client = await openClient(url, '-c enable_nestloop=off -c enable_mergejoin=off');
  let endWait: (() => void) | undefined;
  let [isNotified, isClosing] = [false, false];

  const publish = async (rows: readonly Row[]): Promise<void> => {
    const partitions = rows.map(({ topic, key }) => partitionOf(key, partitionsOf(topic)));
    const byTopic = new Map<string, Message[]>();
    rows.forEach((row, index) => {
      const messages = byTopic.get(row.topic) ?? [];
      byTopic.set(row.topic, messages);
      messages.push({
        partition: partitions[index]!,
        key: row.key,
        value: row.payload,
        headers: headersOf(row, source),
      });
    });
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
    const answers = await producer.sendBatch({ topicMessages, acks: -1, compression: CompressionTypes.None });
    const next = new Map(
      answers.map(({ topicName, partition, baseOffset }) => [`${topicName}:${partition}`, Number(baseOffset)]),
    );
    const published = new Rows(3);
    rows.forEach(({ position, topic }, index) => {
      const place = `${topic}:${partitions[index]}`;
      const offset = next.get(place)!;
      next.set(place, offset + 1);
      published.add(position, partitions[index], offset);
    });
    const [answer] = await run<{ count: number }>(client, archive, published.columns);
    if (answer!.count !== rows.length)
      throw new Error(`${rows.length} rows were published, and ${answer!.count} were archived`);
  };
  const wait = async (): Promise<void> => {
    if (!isNotified)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollInterval);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    [endWait, isNotified] = [undefined, false];
  };
  const relay = async (): Promise<void> => {
    for (;;) {
      const rows = await run<Row>(client, take, [sendSize]);
      if (rows.length > 0) await publish(rows);
      else if (isClosing) return;
      else await wait();
    }
  };
  const running = relay();
  const notify = (): void => {
    isNotified = true;
    endWait?.();
  };
  const close = async (): Promise<void> => {
    isClosing = true;
    notify();
    await running;
    await Promise.all([producer.disconnect(), client.end()]);
  };
  return { notify, close };
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
