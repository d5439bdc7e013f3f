import { kafkaClient } from '@tradewind/messaging';
import type { Backlog } from '../articles/backlog.js';
import { createTables, fillShelves } from '../articles/tables.js';
import { serviceOver } from '../articles/service.js';
import { standsAtEnds } from '../articles/standing.js';
import type { Tally, Told } from '../articles/tally.js';
import { Child } from '../ground/child.js';
import { createDatabase, rowsOf } from '../ground/databases.js';
import { load } from '../ground/machine.js';
import type { Platform } from '../ground/platform.js';
import { spentBetween, useOf } from '../ground/processes.js';
import { until } from '../ground/until.js';
import { bareTables } from './bare-sql.js';
import { judge } from './judge.js';

export const contestants = ['library', 'bare'] as const;
export type ContestantName = (typeof contestants)[number];

export interface Round {
  /** Messages a second, from the first committed transaction to the last. */
  readonly perSecond: number;
  readonly messagesATransaction: number;
  /** Microseconds on processors a message, until it was handled and what was said because of it was published. */
  readonly cpu: { readonly consumer: number; readonly postgres: number; readonly kafka: number };
  readonly machineLoad: number;
}

/** Milliseconds until a consumer has begun, and for all that waits. */
const beginWithin = 120_000;
const handleWithin = 1_800_000;
const programs: Readonly<Record<ContestantName, URL>> = {
  library: new URL('../articles/consumer.js', import.meta.url),
  bare: new URL('bare-consumer.js', import.meta.url),
};

/** Lets one consumer handle what waits. Throws where a row is not exactly what it must be. */
export async function measureRound(
  platform: Platform,
  name: ContestantName,
  number: number,
  backlog: Backlog,
): Promise<Round> {
  const { work, topic } = backlog;
  const service = `bench-${name}-${work}-${topic.partitions}-${number}`;
  const { group, answers } = serviceOver(work, service, topic);
  const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'bench' });
  try {
    if (answers) await kafka.provision([answers]);
    const url = await createDatabase(platform.postgresUrl, service.replaceAll('-', '_'));
    await createTables(url);
    await rowsOf(url, bareTables);
    if (work === 'shelves') await fillShelves(url);
    const env = {
      DATABASE_URL: url,
      KAFKA_BROKERS: platform.brokers,
      SERVICE: service,
      GROUP: group,
      WORK: work,
      TOPIC: topic.name,
      PARTITIONS: String(topic.partitions),
    };
    const consumer = new Child<Told>(service, programs[name], env);
    try {
      const round = await timed(consumer, url, platform, backlog.messages);
      await until('the group stands at the ends', () => standsAtEnds(kafka, group, topic.name), beginWithin);
      await judge({ name, url, group, kafka, answers, backlog });
      return round;
    } finally {
      await consumer.stop();
    }
  } finally {
    await kafka.close();
  }
}

async function timed(consumer: Child<Told>, url: string, platform: Platform, messages: number): Promise<Round> {
  const processes = new Map([['consumer', consumer.pid], ...platform.processes]);
  await consumer.next('that it is ready', beginWithin);
  await consumer.next('that it has begun', beginWithin);
  const before = useOf(processes);
  let tally: Tally | undefined;
  await until(
    'everything is handled',
    async () => {
      consumer.send('tell');
      tally = (await consumer.next('how far it is', beginWithin)) as Tally;
      return tally.decided >= messages;
    },
    handleWithin,
  );
  await until(
    'what was said is published',
    async () => (await rowsOf(url, 'select 1 from msg_outbox limit 1')).length === 0,
    handleWithin,
  );
  const spent = spentBetween(before, useOf(processes));
  consumer.send('tell');
  const { firstAt, lastAt, inFirst, transactions } = (await consumer.next('what it has done', beginWithin)) as Tally;
  const count = messages - inFirst;
  if (!(lastAt > firstAt)) throw new Error('the first transaction was the last one: there was too little to do');
  const each = (process: string): number => spent.get(process)! / count;
  return {
    perSecond: count / ((lastAt - firstAt) / 1_000),
    messagesATransaction: messages / transactions,
    cpu: { consumer: each('consumer'), postgres: each('PostgreSQL'), kafka: each('Kafka') },
    machineLoad: load(),
  };
}
