import {
  headersOf,
  type Acknowledged,
  type KafkaClient,
  type OutgoingRecord,
  type TakenRow,
} from '@tradewind/messaging';
import pg from 'pg';

/** Records a send: kafkajs is quadratic above. */
const recordLimit = 1_000;
const page = `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, true as archived, partition, record_offset as "offset"
from msg_outbox_archive where position > $1 order by position limit ${recordLimit}`;

interface Row extends Omit<TakenRow, 'position' | 'sequence'> {
  readonly position: string;
  readonly sequence: string;
  readonly partition: number;
  readonly offset: string;
}

/**
 * Publishes what the archive of a service holds behind a position, in its order. Rejects when the broker puts a record at another
 * offset than the archive names.
 */
export async function publishPast(
  kafka: KafkaClient,
  service: string,
  url: string,
  behind: bigint,
  onPublished: (records: number) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-bench' });
  await client.connect();
  const publisher = await kafka.publisher();
  try {
    const read = async (after: string): Promise<readonly Row[]> =>
      (await client.query<Row>({ name: 'past', text: page, values: [after] })).rows;
    for (let rows = await read(behind.toString()); rows.length > 0;) {
      const next = read(rows.at(-1)!.position);
      const [acknowledged, following] = await Promise.all([
        publisher.publish(rows.map((row) => recordOf(row, service))),
        next,
      ]);
      agree(rows, acknowledged);
      onPublished(rows.length);
      rows = following;
    }
  } finally {
    await publisher.close();
    await client.end();
  }
}

const recordOf = (row: Row, service: string): OutgoingRecord => ({
  topic: row.topic,
  partition: row.partition,
  key: row.key,
  value: row.payload,
  headers: headersOf({ ...row, position: BigInt(row.position), sequence: BigInt(row.sequence) }, service),
});

/** The broker tells the first offset of each partition, and they rise by one in the order sent. */
function agree(rows: readonly Row[], acknowledged: readonly Acknowledged[]): void {
  for (const { topic, partition, baseOffset } of acknowledged) {
    const first = rows.find((row) => row.topic === topic && row.partition === partition)!;
    if (BigInt(first.offset) !== baseOffset)
      throw new Error(
        `the record ${first.id} lies at ${baseOffset} of ${topic} partition ${partition}, its archive says ${first.offset}`,
      );
  }
}
