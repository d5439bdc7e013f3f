import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { query } from '../../environment/databases.js';
import { applyTransfer, storeTransfer, type TransferMade } from '../job.js';
import type { Contender, Place } from './contender.js';

/*
 * An outbox by hand, as articles about the pattern show it: a row beside the change, a relay that polls for rows that are not sent and skips
 * rows that another instance has locked, and a consumer that records the ids of handled events in the transaction of their effect.
 */

const outboxTable = `
create table outbox (id uuid primary key, topic text not null, key text not null, payload jsonb not null,
  created_at timestamptz not null default now(), sent_at timestamptz);
create index on outbox (created_at) where sent_at is null`;
export const processedTable = 'create table processed_events (id uuid primary key)';

const append = 'insert into outbox (id, topic, key, payload) values ($1, $2, $3, $4)';
const nextRows = `select id, topic, key, payload from outbox where sent_at is null order by created_at limit 100 for update skip locked`;

/** Milliseconds between two polls of an empty outbox. */
const pollInterval = 200;

/** Puts an event into an outbox, in the transaction of the client. */
export type Append = (client: pg.PoolClient, topic: string, key: string, event: object) => Promise<unknown>;

const appendRow: Append = (client, topic, key, event) =>
  client.query(append, [randomUUID(), topic, key, JSON.stringify(event)]);

const kafkaOf = ({ name, brokers }: Place): kafkajs.Kafka =>
  new kafkajs.Kafka({ clientId: name, brokers: [...brokers], logLevel: kafkajs.logLevel.ERROR });

export function openPool(url: string, Pool = pg.Pool): pg.Pool {
  const pool = new Pool({ connectionString: url, max: 10 });
  pool.on('error', (error) => console.error(error));
  return pool;
}

async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', console.error);
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error as Error;
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.off('error', console.error);
    client.release(failure);
  }
}

/** Sends the rows of the outbox until it is stopped. */
export async function startRelay(place: Place, pool: pg.Pool): Promise<() => Promise<void>> {
  const producer = kafkaOf(place).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  let isStopped = false;
  const sendBatch = (): Promise<number> =>
    transaction(pool, async (client) => {
      const { rows } = await client.query<{ id: string; topic: string; key: string; payload: object }>(nextRows);
      const topics = new Map<string, kafkajs.Message[]>();
      for (const { id, topic, key, payload } of rows) {
        const messages = topics.get(topic) ?? [];
        topics.set(topic, [...messages, { key, value: JSON.stringify(payload), headers: { id } }]);
      }
      if (rows.length === 0) return 0;
      await producer.sendBatch({ topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages })) });
      await client.query('update outbox set sent_at = now() where id = any($1)', [rows.map(({ id }) => id)]);
      return rows.length;
    });
  const loop = (async () => {
    while (!isStopped) {
      const sent = await sendBatch().catch((error: unknown) => void console.error(error));
      if (!sent) await pause(pollInterval);
    }
  })();
  return async () => {
    isStopped = true;
    await loop;
    await producer.disconnect();
  };
}

const queryOf = (client: pg.PoolClient) => async (text: string, values?: unknown[]) =>
  (await client.query(text, values)).rows as unknown;

export function transferWith(pool: pg.Pool, { transfers }: Place, append: Append) {
  return (request: Parameters<typeof storeTransfer>[1]): Promise<void> =>
    transaction(pool, (client) =>
      storeTransfer(queryOf(client), request, (event) => append(client, transfers, event.account, event)),
    );
}

/** Consumes with `eachMessage`. A repeated event is skipped by its id. */
export async function startConsumer(place: Place, pool: pg.Pool, append: Append): Promise<() => Promise<void>> {
  const consumer = kafkaOf(place).consumer({ groupId: place.name, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics: [place.transfers], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event = JSON.parse(message.value!.toString()) as TransferMade;
      await transaction(pool, async (client) => {
        const id = message.headers!['id']!.toString();
        const { rowCount } = await client.query('insert into processed_events values ($1) on conflict do nothing', [
          id,
        ]);
        if (rowCount === 0) return;
        const balance = await applyTransfer(queryOf(client), event);
        await append(client, place.balances, balance.account, balance);
      });
    },
  });
  return () => consumer.disconnect();
}

export const contender: Contender = {
  async prepare({ producerUrl, consumerUrl }) {
    await query(producerUrl, outboxTable);
    await query(consumerUrl, outboxTable);
    await query(consumerUrl, processedTable);
  },
  async startProducer(place) {
    const pool = openPool(place.producerUrl);
    const stopRelay = await startRelay(place, pool);
    return {
      transfer: transferWith(pool, place, appendRow),
      close: async () => {
        await stopRelay();
        await pool.end();
      },
    };
  },
  async startConsumer(place) {
    const pool = openPool(place.consumerUrl);
    const stopRelay = await startRelay(place, pool);
    const stopConsumer = await startConsumer(place, pool, appendRow);
    return {
      close: async () => {
        await stopConsumer();
        await stopRelay();
        await pool.end();
      },
    };
  },
  groupOf: ({ name }) => name,
  unpublished: `select payload ->> 'transferId' as id from outbox where sent_at is null`,
};
