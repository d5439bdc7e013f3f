import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { exitOnError, onStop, readConnections, ready, setting } from '../environment/program.js';
import { ConsumerCounter } from '../workload/consumer-count.js';
import { saveNewer } from '../workload/prices.js';
import { eventTypes } from '../workload/stock.js';
import type { WorkloadName } from '../workload/workload.js';

/*
 * The usual alternative: `eachMessage` of kafkajs. Each message has one transaction for inbox and row; its offset is committed afterwards.
 * Partitions run concurrently, each with a connection of its own. Events go to an outbox that is never published.
 */
interface Message {
  readonly id: string;
  readonly sequence: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/* Statements with a name: each connection prepares them once. */
const mark = {
  name: 'mark',
  text: 'insert into bare_inbox (consumer, message_id) values ($1, $2) on conflict do nothing',
};
const order = 'out_of_order = out_of_order + case when last + 1 = $3 then 0 else 1 end, last = $3';
const take = {
  name: 'take',
  text: `update bench_stock_levels set available = available - $2::int, taken = taken + $2::int, ${order} where product = $1 and available >= $2::int`,
};
const refuse = {
  name: 'refuse',
  text: `update bench_stock_levels set refused = refused + 1, ${order} where product = $1 and available < $2::int`,
};
const append = {
  name: 'append',
  text: 'insert into bare_outbox (id, type, key, payload, causation) values ($1, $2, $3, $4, $5)',
};
const savePrice = { name: 'price', text: saveNewer };

/** What a message changes, in the transaction of its inbox row. */
const apply: Readonly<Record<WorkloadName, (client: pg.PoolClient, message: Message) => Promise<unknown>>> = {
  stock: async (client, { id, body }) => {
    const values = [body['product'], body['quantity'], body['number']];
    const isTaken = (await client.query({ ...take, values })).rowCount === 1;
    if (!isTaken) await client.query({ ...refuse, values });
    const type = isTaken ? eventTypes.taken : eventTypes.refused;
    await client.query({ ...append, values: [randomUUID(), type, body['product'], JSON.stringify(body), id] });
  },
  prices: (client, { sequence, body: { product, name, price } }) =>
    client.query({ ...savePrice, values: [product, name, price, sequence] }),
};

const { url, brokers } = readConnections();
const [group, partitions] = [setting('GROUP'), Number(setting('PARTITIONS'))];
const applyMessage = apply[setting('WORKLOAD') as WorkloadName];
const counter = new ConsumerCounter();
const pool = new pg.Pool({ connectionString: url, max: partitions, idleTimeoutMillis: 0 });
const kafka = new kafkajs.Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: group, allowAutoTopicCreation: false });
consumer.on(consumer.events.CRASH, ({ payload: { error } }) => exitOnError(error));

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
    const body = JSON.parse(String(value)) as Message['body'];
    const client = await pool.connect();
    await client.query('begin');
    const isNew = (await client.query({ ...mark, values: [group, id] })).rowCount === 1;
    if (isNew) await applyMessage(client, { id, sequence, body });
    await client.query('commit');
    client.release();
    counter.decided();
    counter.committed(1);
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
  },
});
