import { messagingMigrations, topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Child } from '../environment/child.js';
import { createDatabase, query, type Migrations } from '../environment/databases.js';
import type { Platform } from '../environment/platform.js';
import { setting } from '../environment/program.js';
import type { ConsumerMessage } from './consumer-count.js';
import { prices } from './prices.js';
import { recordOf } from './record.js';
import { stock } from './stock.js';
import type { Backlog, Service, Workload, WorkloadName } from './workload.js';

/** Records of one send: kafkajs takes disproportionately long for more. */
const sendSize = 1_000;

export const workloads: Readonly<Record<WorkloadName, Workload>> = { stock, prices };

class CreateProducts1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const { table } of Object.values(workloads)) await runner.query(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table bench_stock_levels, bench_prices');
  }
}

export const migrations: Migrations = [...messagingMigrations, CreateProducts1790000000001];

export const backlogTopic = (name: string, partitions: number): Topic =>
  topic(name, { owner: 'bench-elsewhere', partitions });

/** Creates the topic and publishes all messages, in order. */
export async function publishBacklog(kafka: KafkaClient, backlog: Backlog): Promise<void> {
  await kafka.provision([backlog.topic]);
  const publisher = await kafka.publisher();
  const { messageType: type, messages } = workloads[backlog.workload];
  const occurredAt = new Date();
  const records = [...messages(backlog)].map((fields) =>
    recordOf({ topic: backlog.topic, key: fields.product, type, fields, sequence: fields.number, occurredAt }),
  );
  for (let from = 0; from < records.length; from += sendSize)
    await publisher.publish(records.slice(from, from + sendSize));
  await publisher.close();
}

/** A service with a database and an empty outbox. */
export interface BacklogService extends Pick<Service, 'group' | 'events'> {
  readonly name: string;
  readonly backlog: Backlog;
  readonly url: string;
}

/** Creates the topic of its events and its database, with all tables. */
export async function createService(
  { postgresUrl }: Platform,
  kafka: KafkaClient,
  name: string,
  backlog: Backlog,
  ...statements: readonly string[]
): Promise<BacklogService> {
  const { group, events } = workloads[backlog.workload].service(name, backlog.topic);
  if (events) await kafka.provision([events]);
  const url = await createDatabase(postgresUrl, name, migrations, ...statements);
  return { name, backlog, url, group, events };
}

/** Starts a program of a service, by default a consumer. Such a program reads `readService`. */
export function startProgram<M = ConsumerMessage>(
  { brokers }: Platform,
  { name, url, group, backlog: { workload, topic: of } }: BacklogService,
  { file = new URL('consumer.js', import.meta.url), handlers = 'decisions' } = {},
): Child<M> {
  const own = { SERVICE: name, WORKLOAD: workload, TOPIC: of.name, PARTITIONS: String(of.partitions) };
  const env = { ...own, DATABASE_URL: url, KAFKA_BROKERS: brokers, GROUP: group, HANDLERS: handlers };
  return new Child<M>({ name, file, env });
}

/** The service of this program. */
export const readService = (): Service =>
  workloads[setting('WORKLOAD') as WorkloadName].service(
    setting('SERVICE'),
    backlogTopic(setting('TOPIC'), Number(setting('PARTITIONS'))),
  );

export const hasPublishedAll = async ({ url }: BacklogService): Promise<boolean> =>
  (await query(url, 'select 1 from msg_outbox limit 1')).length === 0;
