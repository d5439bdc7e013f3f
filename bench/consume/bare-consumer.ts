import kafkajs from 'kafkajs';
import pg from 'pg';
import { Counting } from '../articles/tally.js';
import type { WorkName } from '../articles/work.js';
import { readConnections, setting } from '../ground/connections.js';
import { endWith, ready } from '../ground/service-life.js';
import { mark, write } from './bare-sql.js';

/*
 * What people do otherwise: `eachMessage`, and for each message one transaction of inbox and row, after which its offset is committed. Partitions
 * go on side by side, as kafkajs can do it, each over a connection of its own. What is to be said is written to an outbox that nobody publishes.
 */
const { url, brokers } = readConnections();
const [group, partitions, apply] = [
  setting('GROUP'),
  Number(setting('PARTITIONS')),
  write[setting('WORK') as WorkName],
];
const counting = new Counting();
const pool = new pg.Pool({ connectionString: url, max: partitions, idleTimeoutMillis: 0 });
const consumer = new kafkajs.Kafka({
  clientId: 'bench',
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.ERROR,
}).consumer({ groupId: group, allowAutoTopicCreation: false });
consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
  console.error(error);
  process.exit(1);
});

endWith(async () => {
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
    if (isNew) await apply(client, { id, sequence, message });
    await client.query('commit');
    client.release();
    counting.decided();
    counting.committed(1);
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
  },
});
