import { kafkaClient, messagingMigrations, PostgresStore } from '@tradewind/messaging';
import { DataSource } from 'typeorm';
import { Child } from '../ground/child.js';
import { createDatabase, rowsOf } from '../ground/databases.js';
import { load } from '../ground/machine.js';
import type { Platform } from '../ground/platform.js';
import { spentBetween, useOf } from '../ground/processes.js';
import { quantile } from '../ground/quantile.js';
import { until } from '../ground/until.js';
import { Heard } from './heard.js';
import { parcel, topicNamed } from './parcels.js';
import type { Commit, Order } from './talk.js';

export const relays = ['library', 'bare'] as const;
export type RelayName = (typeof relays)[number];

export interface Round {
  /** Rows a second that were published and archived. */
  readonly perSecond: number;
  /** Microseconds on processors a row, of the publishing process and of PostgreSQL. */
  readonly cpu: number;
  readonly postgresCpu: number;
  /** Milliseconds from a commit to the consumer, at a steady rate. */
  readonly p50: number;
  readonly p99: number;
  readonly machineLoad: number;
}

export interface Plan {
  readonly rows: number;
  readonly steadySeconds: number;
}

/** Commits a second while it is steady. */
export const steadyRate = 200;
/** Rows a transaction while the outbox is filled, milliseconds until the publisher must be there, the outbox empty, and the last message heard. */
const filling = 1_000;
const readyWithin = 30_000;
const drainWithin = 600_000;
const hearWithin = 30_000;
/** Commits whose times don't count: connections are opened, plans made. */
const warmUp = 200;

/** Fills an outbox, lets a relay publish all of it, then commits at a steady rate. Throws where a message is missing, doubled or out of its order. */
export async function measureRound(
  platform: Platform,
  name: RelayName,
  number: number,
  { rows, steadySeconds }: Plan,
): Promise<Round> {
  const topic = `bench.${name}-${number}`;
  const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'bench' });
  await kafka.provision([topicNamed(topic)]);
  await kafka.close();
  const url = await fill(platform.postgresUrl, `relay_${name}_${number}`, topic, rows);
  const publisher = new Child<Commit[] | 'ready'>(`the ${name} relay`, new URL('publisher.js', import.meta.url), {
    DATABASE_URL: url,
    KAFKA_BROKERS: platform.brokers,
    TOPIC: topic,
    RELAY: name,
  });
  const say = (order: Order): void => publisher.send(order);
  try {
    await publisher.next('that it is ready', readyWithin);
    const drained = await drain(url, new Map([...platform.processes, ['relay', publisher.pid]]), rows, publisher, () =>
      say({ what: 'publish' }),
    );
    const heard = await Heard.open(platform.brokers, topic);
    try {
      const count = warmUp + steadyRate * steadySeconds;
      say({ what: 'commit', count, perSecond: steadyRate, from: rows });
      const commits = (await publisher.next(
        'when it has committed',
        (count / steadyRate) * 1_000 + hearWithin,
      )) as Commit[];
      await until(
        'every message is heard',
        () => {
          publisher.check();
          heard.check();
          return heard.at.size >= rows + count;
        },
        hearWithin,
      );
      judge(heard, rows + count);
      const waits = commits.slice(warmUp).map(([id, at]) => Number(heard.at.get(id)! - at) / 1e6);
      return { ...drained, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), machineLoad: load() };
    } finally {
      await heard.close();
    }
  } finally {
    await publisher.stop();
  }
}

function judge({ at, again, outOfOrder }: Heard, expected: number): void {
  if (at.size !== expected || again > 0 || outOfOrder > 0)
    throw new Error(
      `of ${expected} messages ${at.size} were heard, ${again} of them again, ${outOfOrder} out of their order`,
    );
}

/** Through the library's own append, as a service writes them. */
async function fill(postgresUrl: string, database: string, topic: string, rows: number): Promise<string> {
  const url = await createDatabase(postgresUrl, database);
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: messagingMigrations,
    extra: { max: 2 },
  }).initialize();
  await dataSource.runMigrations();
  const store = new PostgresStore(dataSource);
  for (let from = 0; from < rows; from += filling) {
    const batch = Array.from({ length: Math.min(filling, rows - from) }, (_, index) => parcel(topic, from + index));
    await store.transaction((transaction) => transaction.append(batch));
  }
  await dataSource.query('analyze');
  await dataSource.destroy();
  return url;
}

/** The time runs from the first rows that are published to the last ones. */
async function drain(
  url: string,
  processes: ReadonlyMap<string, number>,
  rows: number,
  publisher: Child<unknown>,
  start: () => void,
): Promise<Pick<Round, 'perSecond' | 'cpu' | 'postgresCpu'>> {
  const published = async (): Promise<number> => {
    publisher.check();
    return Number(
      (await rowsOf<{ rows: string }>(url, 'select coalesce(sum(next_offset), 0) as rows from msg_relay_positions'))[0]!
        .rows,
    );
  };
  let first = 0;
  start();
  await until(
    'the first rows are published',
    async () => {
      first = await published();
      return first > 0;
    },
    drainWithin,
  );
  const [from, before] = [performance.now(), useOf(processes)];
  await until('every row is published', async () => (await published()) >= rows, drainWithin);
  const [to, spent] = [performance.now(), spentBetween(before, useOf(processes))];
  const count = rows - first;
  return {
    perSecond: count / ((to - from) / 1_000),
    cpu: spent.get('relay')! / count,
    postgresCpu: spent.get('PostgreSQL')! / count,
  };
}
