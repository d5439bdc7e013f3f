import kafkajs, { CompressionTypes, type Message, type Producer } from 'kafkajs';
import { partitionOf } from '@tradewind/messaging';
import type pg from 'pg';
import { columnsOf, connection, run, statement } from './database.js';

/** Records a send: kafkajs is quadratic above. */
const most = 1_000;
/** Milliseconds between looks when nobody wakes it. */
const idle = 1_000;

const take = statement(
  'relay_take',
  `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at as "occurredAt"
from msg_outbox order by position limit $1`,
);

const publish = statement(
  'relay_publish',
  `
with taken as (delete from msg_outbox where position = any($1::bigint[]) returning *),
gone as (select * from taken join unnest($1::bigint[], $2::int[], $3::bigint[]) as published(position, partition, record_offset) using (position)),
kept as (insert into msg_outbox_archive (position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset)
  select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at, headers, partition, record_offset from gone),
reached as (insert into msg_relay_positions as known (topic, partition, next_offset)
  select topic, partition, max(record_offset) + 1 from gone group by topic, partition order by topic, partition
  on conflict (topic, partition) do update set next_offset = greatest(known.next_offset, excluded.next_offset)),
started as (update msg_timers set due_at = now() + milliseconds * interval '1 millisecond' where started_by = any(array(select id from taken)) and due_at is null)
select count(*)::int as count from gone`,
);

interface Row {
  readonly position: string;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly version: number;
  readonly sequence: string;
  readonly payload: string;
  readonly causation: string;
  readonly correlation: string;
  readonly occurredAt: Date;
}

export interface RelayOptions {
  readonly url: string;
  readonly brokers: string;
  readonly source: string;
  readonly partitionsOf: (topic: string) => number;
}

/** Publishes the outbox of one database and moves it to the archive: oldest rows first, one request at a time. What fails ends the process. */
export class BareRelay {
  #wake: (() => void) | undefined;
  #rung = false;
  #over = false;
  #run: Promise<void>;

  private constructor(
    private readonly client: pg.Client,
    private readonly producer: Producer,
    private readonly options: RelayOptions,
  ) {
    this.#run = this.#work();
  }

  static async open(options: RelayOptions): Promise<BareRelay> {
    const kafka = new kafkajs.Kafka({
      clientId: options.source,
      brokers: options.brokers.split(','),
      logLevel: kafkajs.logLevel.ERROR,
    });
    const producer = kafka.producer({
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
    return new BareRelay(
      await connection(options.url, '-c enable_nestloop=off -c enable_mergejoin=off'),
      producer,
      options,
    );
  }

  /** Rows were committed. */
  wake(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Publishes what is there first. */
  async close(): Promise<void> {
    this.#over = true;
    this.wake();
    await this.#run;
    await Promise.all([this.producer.disconnect(), this.client.end()]);
  }

  async #work(): Promise<void> {
    for (;;) {
      const rows = await run<Row>(this.client, take, [most]);
      if (rows.length > 0) await this.#publish(rows);
      else if (this.#over) return;
      else await this.#wait();
    }
  }

  async #publish(rows: readonly Row[]): Promise<void> {
    const partitions = rows.map(({ topic, key }) => partitionOf(key, this.options.partitionsOf(topic)));
    const byTopic = new Map<string, Message[]>();
    rows.forEach((row, index) => {
      const messages = byTopic.get(row.topic) ?? [];
      byTopic.set(row.topic, messages);
      messages.push({ partition: partitions[index]!, key: row.key, value: row.payload, headers: this.#headersOf(row) });
    });
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
    const answers = await this.producer.sendBatch({ topicMessages, acks: -1, compression: CompressionTypes.None });
    const next = new Map(
      answers.map(({ topicName, partition, baseOffset }) => [`${topicName}:${partition}`, Number(baseOffset)]),
    );
    const placed = rows.map(({ position, topic }, index) => {
      const place = `${topic}:${partitions[index]}`;
      const offset = next.get(place)!;
      next.set(place, offset + 1);
      return [position, partitions[index], offset];
    });
    const [answer] = await run<{ count: number }>(this.client, publish, columnsOf(placed, 3));
    if (answer!.count !== rows.length)
      throw new Error(`${rows.length} rows were published, ${answer!.count} were there to be archived`);
  }

  #headersOf(row: Row): Record<string, string> {
    return {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: row.id,
      ce_type: row.type,
      ce_source: `/${this.options.source}`,
      ce_subject: row.key,
      ce_time: row.occurredAt.toISOString(),
      ce_sequence: row.sequence,
      ce_schemaversion: String(row.version),
      ce_causationid: row.causation,
      ce_correlationid: row.correlation,
    };
  }

  async #wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, idle);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#rung = false;
  }
}
