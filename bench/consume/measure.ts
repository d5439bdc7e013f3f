import { Child } from '../environment/child.js';
import { query } from '../environment/databases.js';
import { connectKafka, hasCommittedAll } from '../environment/kafka.js';
import { load, watchCpu } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { workloads, type Backlog } from '../workload/backlog.js';
import type { ConsumerCount, ConsumerMessage } from '../workload/consumer-count.js';
import { serviceSettings } from '../workload/service-program.js';
import { fillStock } from '../workload/stock.js';
import { createServiceDatabase } from '../workload/tables.js';
import { bareTables } from './bare-sql.js';
import type { ConsumerName } from './consumers.js';
import { verify } from './verify.js';

/** A backlog, and who handles it. */
export interface Case extends Backlog {
  readonly consumer: ConsumerName;
}

export interface Round {
  /** Messages a second, from the first committed transaction to the last. */
  readonly perSecond: number;
  readonly messagesATransaction: number;
  /** CPU microseconds a message, until it was handled and its event was published. */
  readonly cpu: { readonly consumer: number; readonly postgres: number; readonly kafka: number };
  readonly machineLoad: number;
}

/** Milliseconds until a consumer has started, and to handle the backlog. */
const startTimeout = 120_000;
const handleTimeout = 1_800_000;
const programs: Readonly<Record<ConsumerName, URL>> = {
  decisions: new URL('../workload/consumer.js', import.meta.url),
  transactional: new URL('../workload/consumer.js', import.meta.url),
  bare: new URL('bare-consumer.js', import.meta.url),
};

/** Lets one consumer handle a backlog. Throws when a row is wrong afterwards. */
export async function measureRound(platform: Platform, backlog: Case, number: number): Promise<Round> {
  const { consumer: name, workload, topic } = backlog;
  const service = `bench-${name}-${workload}-${topic.partitions}-${number}`;
  const { group, events } = workloads[workload].service(service, topic);
  const kafka = connectKafka(platform.brokers);
  if (events) await kafka.provision([events]);
  const url = await createServiceDatabase(platform.postgresUrl, service);
  await query(url, bareTables);
  if (workload === 'stock') await fillStock(url);
  const env = { ...serviceSettings(platform, service, backlog, url), GROUP: group, HANDLERS: name };
  const consumer = new Child<ConsumerMessage>({ name: service, file: programs[name], env });
  const round = await measure(consumer, url, platform, backlog.messages);
  await waitUntil('everything is committed', () => hasCommittedAll(kafka, group, topic.name), startTimeout);
  await verify({ name, url, group, kafka, events, backlog });
  await consumer.stop();
  await kafka.close();
  return round;
}

async function measure(
  consumer: Child<ConsumerMessage>,
  url: string,
  platform: Platform,
  messages: number,
): Promise<Round> {
  const count = async (): Promise<ConsumerCount> => {
    consumer.send('count');
    return (await consumer.next('its count', startTimeout)) as ConsumerCount;
  };
  await consumer.next('that it is ready', startTimeout);
  await consumer.next('that it has started', startTimeout);
  const cpuSince = watchCpu(new Map([['consumer', consumer.pid], ...platform.processes]));
  await waitUntil('everything is handled', async () => (await count()).decided >= messages, handleTimeout);
  const isPublished = async (): Promise<boolean> => (await query(url, 'select 1 from msg_outbox limit 1')).length === 0;
  await waitUntil('the outbox is empty', isPublished, handleTimeout);
  const cpu = cpuSince();
  const { firstAt, lastAt, inFirst, transactions } = await count();
  if (!(lastAt > firstAt)) throw new Error('one transaction handled everything: there were too few messages');
  const measured = messages - inFirst;
  const perMessage = (process: string): number => cpu.get(process)! / measured;
  return {
    perSecond: measured / ((lastAt - firstAt) / 1_000),
    messagesATransaction: messages / transactions,
    cpu: { consumer: perMessage('consumer'), postgres: perMessage('PostgreSQL'), kafka: perMessage('Kafka') },
    machineLoad: load(),
  };
}
