import kafkajs from 'kafkajs';
import pg from 'pg';
import { onStop, readConnections, ready, setting } from '../environment/program.js';
import { ConsumerCounter } from '../workload/consumer-count.js';
import type { WorkloadName } from '../workload/workload.js';
import { apply, mark } from './bare-sql.js';

/*
 * The usual alternative: `eachMessage` of kafkajs. Each message has one transaction for inbox and row; its offset is committed afterwards.
 * Partitions run concurrently, each with a connection of its own. Events go to an outbox that is never published.
 */
const { url, brokers } = readConnections();
const [group, partitions] = [setting('GROUP'), Number(setting('PARTITIONS'))];
const applyMessage = apply[setting('WORKLOAD') as WorkloadName];
const counter = new ConsumerCounter();
const pool = new pg.Pool({ connectionString: url, max: partitions, idleTimeoutMillis: 0 });
const kafka = new kafkajs.Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: group, allowAutoTopicCreation: false });
consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
  console.error(error);
  process.exit(1);
});

onStop(async () => {
  await consumer.disconnect();
  await pool.end();
});

await consumer.connect();
await consumer.subscribe({ topics: [setting('TOPIC')], fromBeginning: true });
ready();
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: partitions,
  eachMessage: async ({ topic, partition, message: { value, headers, offset } }) => {
    const [id, sequence] = [String(headers!['ce_id']), Number(headers!['ce_sequence'])];
    const message = JSON.parse(String(value)) as Readonly<Record<string, unknown>>;
    const client = await pool.connect();
    await client.query('begin');
    const isNew = (await client.query({ ...mark, values: [group, id] })).rowCount === 1;
    if (isNew) await applyMessage(client, { id, sequence, message });
    await client.query('commit');
    client.release();
    counter.decided();
    counter.committed(1);
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
  },
});
