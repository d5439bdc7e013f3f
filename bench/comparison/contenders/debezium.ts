import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaCommand } from '../../../tools/platform/kafka/start-node.js';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { launch } from '../../../tools/platform/process/launch.js';
import { query } from '../../environment/databases.js';
import { waitUntil } from '../../environment/wait.js';
import { debeziumJars, fetchDebezium } from '../fetched.js';
import type { Servers } from '../servers.js';
import { openPool, processedTable, startConsumer, transferWith, type Append } from './by-hand.js';
import type { Contender, Place, Relay } from './contender.js';

/*
 * Debezium's outbox event router in a worker of Kafka Connect, one connector for each of the two databases. The consumer is the one of the outbox
 * by hand: Debezium has none.
 */

const outboxTable = `create table outbox (
  id uuid primary key, aggregatetype text not null, aggregateid text not null, type text not null, payload text not null)`;

/** The type of the aggregate is the topic. */
const append: Append = (client, topic, key, event) =>
  client.query('insert into outbox values ($1, $2, $3, $4, $5)', [
    randomUUID(),
    topic,
    key,
    'event',
    JSON.stringify(event),
  ]);

const properties = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

function connector(name: string, address: string): string {
  const { hostname, port, username, password, pathname } = new URL(address);
  return properties({
    name,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'plugin.name': 'pgoutput',
    'slot.name': name.replaceAll('-', '_'),
    'publication.autocreate.mode': 'filtered',
    'database.hostname': hostname,
    'database.port': port,
    'database.user': username,
    'database.password': password,
    'database.dbname': pathname.slice(1),
    'topic.prefix': name,
    'table.include.list': 'public.outbox',
    'tombstones.on.delete': 'false',
    transforms: 'outbox',
    'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
    'transforms.outbox.route.topic.replacement': '${routedByValue}',
  });
}

async function startRelay(place: Place, { folder, logs }: Pick<Servers, 'folder' | 'logs'>): Promise<Relay> {
  const { name, brokers, producerUrl, consumerUrl } = place;
  const [port = 0] = await freePorts(1);
  const fileOf = (suffix: string): string => join(folder, `${name}-${suffix}`);
  const logFile = join(logs, `${name}-connect.log`);
  const worker = properties({
    'bootstrap.servers': brokers.join(','),
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': fileOf('offsets'),
    'plugin.discovery': 'service_load',
    listeners: `http://127.0.0.1:${port}`,
  });
  const connectors = { [`${name}-producer`]: producerUrl, [`${name}-consumer`]: consumerUrl };
  writeFileSync(fileOf('worker.properties'), worker);
  const files = Object.entries(connectors).map(([each, url]) => {
    writeFileSync(`${fileOf(each)}.properties`, connector(each, url), { mode: 0o600 });
    return `${fileOf(each)}.properties`;
  });
  const process = await launch({
    name: `${name} connect`,
    command: javaCommand(),
    args: [
      ...['-Xmx256m', '-XX:+UseSerialGC', '-cp', `${debeziumJars}/*`, 'org.apache.kafka.connect.cli.ConnectStandalone'],
      ...[fileOf('worker.properties'), ...files],
    ],
    cwd: folder,
    logFile,
    pidFile: fileOf('connect.pid'),
  });
  const isRunning = async (each: string): Promise<boolean> => {
    if (process.ended()) throw new Error(`Kafka Connect has ended; see ${logFile}`);
    const answer = await fetch(`http://127.0.0.1:${port}/connectors/${each}/status`).catch(() => undefined);
    const status = answer?.ok
      ? ((await answer.json()) as { readonly tasks: readonly { readonly state: string }[] })
      : undefined;
    return status?.tasks[0]?.state === 'RUNNING';
  };
  for (const each of Object.keys(connectors))
    await waitUntil(`the connector ${each} runs`, () => isRunning(each), 120_000);
  return {
    pid: process.pid,
    kill: async () => void (await process.stop()),
    stop: () => process.stop(['SIGTERM', 10_000]),
  };
}

export const contender: Contender = {
  async prepare({ producerUrl, consumerUrl }) {
    fetchDebezium();
    await query(producerUrl, outboxTable);
    await query(consumerUrl, outboxTable);
    await query(consumerUrl, processedTable);
  },
  startRelay,
  startProducer(place) {
    const pool = openPool(place.producerUrl);
    return Promise.resolve({ transfer: transferWith(pool, place, append), close: () => pool.end() });
  },
  async startConsumer(place) {
    const pool = openPool(place.consumerUrl);
    const stopConsumer = await startConsumer(place, pool, append);
    return {
      close: async () => {
        await stopConsumer();
        await pool.end();
      },
    };
  },
  groupOf: ({ name }) => name,
  unpublished: `select payload::jsonb ->> 'transferId' as id from outbox
    where exists (select 1 from pg_replication_slots where database = current_database() and not active)`,
};
