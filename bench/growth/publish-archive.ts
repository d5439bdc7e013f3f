import type { KafkaClient } from '@tradewind/messaging';
import { headersOf, type Acknowledged, type OutgoingRecord, type UnpublishedRow } from '@tradewind/messaging/internals';
import { connect } from '../environment/databases.js';

/** Records of one send: kafkajs takes quadratic time for more. */
const sendSize = 1_000;
const page = `
select position, id, topic, key, type, version, sequence, payload, causation, correlation, traceparent, occurred_at as "occurredAt", headers, true as archived, partition, record_offset as "offset"
from msg_outbox_archive where position > $1 order by position limit ${sendSize}`;

interface Row extends Omit<UnpublishedRow, 'position' | 'sequence'> {
  readonly position: string;
  readonly sequence: string;
  readonly partition: number;
  readonly offset: string;
}

/** Publishes what the archive of a service has after a position, in its order. Rejects when a record gets another offset than the archive says. */
export async function publishArchive(
  kafka: KafkaClient,
  service: string,
  url: string,
  after: bigint,
  onPublished: (records: number) => void,
): Promise<void> {
  const client = await connect(url);
  const publisher = await kafka.publisher();
  const read = async (position: string): Promise<readonly Row[]> =>
    (await client.query<Row>({ name: 'page', text: page, values: [position] })).rows;
  for (let rows = await read(after.toString()); rows.length > 0;) {
    const [acknowledged, next] = await Promise.all([
      publisher.publish(rows.map((row) => recordOf(row, service))),
      read(rows.at(-1)!.position),
    ]);
    checkOffsets(rows, acknowledged);
    onPublished(rows.length);
    rows = next;
  }
  await publisher.close();
  await client.end();
}

const recordOf = (row: Row, service: string): OutgoingRecord => ({
  topic: row.topic,
  partition: row.partition,
  key: row.key,
  value: row.payload,
  headers: headersOf({ ...row, position: BigInt(row.position), sequence: BigInt(row.sequence) }, service),
});

/** The broker returns the first offset of each partition; the others follow in the order of the send. */
function checkOffsets(rows: readonly Row[], acknowledged: readonly Acknowledged[]): void {
  for (const { topic, partition, baseOffset } of acknowledged) {
    const first = rows.find((row) => row.topic === topic && row.partition === partition)!;
    if (BigInt(first.offset) !== baseOffset)
      throw new Error(
        `record ${first.id} has offset ${baseOffset} of ${topic} partition ${partition}, and ${first.offset} in the archive`,
      );
  }
}
