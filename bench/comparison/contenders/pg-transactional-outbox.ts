import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import kafkajs from 'kafkajs';
import type pg from 'pg';
import { query } from '../../environment/databases.js';
import { fetchOutboxPackage, outboxModule } from '../fetched.js';
import { applyTransfer, storeTransfer, type TransferMade } from '../job.js';
import { openPool } from './by-hand.js';
import type { Contender, Place } from './contender.js';

/*
 * pg-transactional-outbox with polling listeners for outbox and inbox, settings as in its README. The segment of a message is its account: messages
 * of one segment are handled one after another. Kafka takes the place of the process channel of the README.
 */

interface OutboxMessage {
  readonly id: string;
  readonly aggregateType: string;
  readonly aggregateId: string;
  readonly messageType: string;
  readonly segment: string;
  readonly payload: unknown;
  readonly createdAt: string;
}

/** What is used of the package, which is not a dependency of this project. */
interface OutboxPackage {
  readonly DatabaseSetupExporter: { createPollingScript(config: object, skipRoles?: boolean): string };
  readonly getDefaultLogger: (name: string) => { level: string };
  readonly initializeMessageStorage: (
    config: object,
    logger: object,
  ) => (message: OutboxMessage, client: pg.PoolClient) => Promise<void>;
  readonly initializePollingMessageListener: (
    config: object,
    handler: object,
    logger: object,
  ) => [shutdown: () => Promise<void>];
  readonly executeTransaction: <T>(
    client: pg.PoolClient,
    work: (client: pg.PoolClient) => Promise<T>,
    isolation?: string,
  ) => Promise<T>;
}

async function load(): Promise<OutboxPackage> {
  fetchOutboxPackage();
  return ((await import(pathToFileURL(outboxModule).href)) as { readonly default: OutboxPackage }).default;
}

/** With the pg of the package: it releases only clients of its own class. */
function poolOf(url: string): pg.Pool {
  const { Pool } = createRequire(outboxModule)('pg') as typeof pg;
  return openPool(url, Pool);
}

type Direction = 'outbox' | 'inbox';

function configOf(outboxOrInbox: Direction, address: string) {
  const { hostname: host, port, username: user, password, pathname } = new URL(address);
  return {
    outboxOrInbox,
    dbListenerConfig: { host, port: Number(port), user, password, database: pathname.slice(1) },
    settings: {
      dbSchema: 'public',
      dbTable: outboxOrInbox,
      enableMaxAttemptsProtection: outboxOrInbox === 'inbox',
      enablePoisonousMessageProtection: outboxOrInbox === 'inbox',
      nextMessagesBatchSize: 5,
      nextMessagesFunctionName: `next_${outboxOrInbox}_messages`,
      nextMessagesPollingIntervalInMs: 250,
    },
  };
}

async function createTables(url: string, direction: Direction): Promise<void> {
  const { DatabaseSetupExporter } = await load();
  const nextMessagesName = `next_${direction}_messages`;
  const names = { database: new URL(url).pathname.slice(1), schema: 'public', table: direction, nextMessagesName };
  const script = DatabaseSetupExporter.createPollingScript(
    { outboxOrInbox: direction, listenerRole: 'postgres', ...names },
    true,
  );
  await query(url, script);
}

const messageOf = (topic: string, account: string, payload: object): OutboxMessage => ({
  id: randomUUID(),
  aggregateType: 'account',
  aggregateId: account,
  messageType: topic,
  segment: account,
  payload,
  createdAt: new Date().toISOString(),
});

const queryOf = (client: pg.PoolClient) => async (text: string, values?: unknown[]) =>
  (await client.query(text, values)).rows as unknown;

/** The outbox of one service: how to store a message, and the listener that sends it to Kafka. */
async function startOutbox(place: Place, url: string) {
  const { getDefaultLogger, initializeMessageStorage, initializePollingMessageListener } = await load();
  const logger = getDefaultLogger('outbox');
  logger.level = 'warn';
  const kafka = new kafkajs.Kafka({
    clientId: place.name,
    brokers: [...place.brokers],
    logLevel: kafkajs.logLevel.ERROR,
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const config = configOf('outbox', url);
  const publisher = {
    handle: (message: OutboxMessage) =>
      producer.send({
        topic: message.messageType,
        messages: [{ key: message.aggregateId, value: JSON.stringify(message.payload), headers: { id: message.id } }],
      }),
  };
  const [shutdown] = initializePollingMessageListener(config, publisher, logger);
  const stop = async (): Promise<void> => {
    await shutdown();
    await producer.disconnect();
  };
  return { kafka, logger, store: initializeMessageStorage(config, logger), stop };
}

export const contender: Contender = {
  async prepare({ producerUrl, consumerUrl }) {
    await createTables(producerUrl, 'outbox');
    await createTables(consumerUrl, 'outbox');
    await createTables(consumerUrl, 'inbox');
  },
  async startProducer(place) {
    const { executeTransaction } = await load();
    const pool = poolOf(place.producerUrl);
    const { store, stop } = await startOutbox(place, place.producerUrl);
    return {
      transfer: async (request) =>
        executeTransaction(await pool.connect(), (client) =>
          storeTransfer(queryOf(client), request, (event) =>
            store(messageOf(place.transfers, event.account, event), client),
          ),
        ),
      close: async () => {
        await stop();
        await pool.end();
      },
    };
  },
  async startConsumer(place) {
    const { executeTransaction, initializeMessageStorage, initializePollingMessageListener } = await load();
    const pool = poolOf(place.consumerUrl);
    const { kafka, logger, store, stop } = await startOutbox(place, place.consumerUrl);
    const inbox = configOf('inbox', place.consumerUrl);
    const storeIncoming = initializeMessageStorage(inbox, logger);
    const handler = {
      handle: async ({ payload }: { readonly payload: TransferMade }, client: pg.PoolClient): Promise<void> => {
        const balance = await applyTransfer(queryOf(client), payload);
        await store(messageOf(place.balances, balance.account, balance), client);
      },
    };
    const [shutdown] = initializePollingMessageListener(inbox, handler, logger);
    const consumer = kafka.consumer({ groupId: place.name, allowAutoTopicCreation: false });
    await consumer.connect();
    await consumer.subscribe({ topics: [place.transfers], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { value, headers } }) => {
        const event = JSON.parse(value!.toString()) as TransferMade;
        const message = { ...messageOf(place.transfers, event.account, event), id: headers!['id']!.toString() };
        await executeTransaction(await pool.connect(), (client) => storeIncoming(message, client), 'READ COMMITTED');
      },
    });
    return {
      close: async () => {
        await consumer.disconnect();
        await shutdown();
        await stop();
        await pool.end();
      },
    };
  },
  groupOf: ({ name }) => name,
  unpublished: `select payload ->> 'transferId' as id from outbox where processed_at is null`,
  deadLettered: `select payload ->> 'transferId' as id from inbox where abandoned_at is not null`,
};
