import { messagingMigrations } from '@tradewind/messaging';
import { PostgresStore } from '@tradewind/messaging/internals';
import { Child } from '../environment/child.js';
import { createDatabase, query, withDataSource } from '../environment/databases.js';
import { createTopics } from '../environment/kafka.js';
import { load, watchCpu } from '../environment/machine.js';
import type { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { quantile } from '../frame/statistics.js';
import { Consumer } from './consumer.js';
import { parcel, parcelTopic } from './parcel.js';

export const relays = ['library', 'bare'] as const;
export type RelayName = (typeof relays)[number];

export interface Round {
  /** Rows a second that were published and archived. */
  readonly perSecond: number;
  /** CPU microseconds a row, of the publishing process and of PostgreSQL. */
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

/** What the publisher is to do. */
export type PublisherCommand =
  | { readonly do: 'publish' }
  /** `from`: the number of the first message. */
  | { readonly do: 'commit'; readonly count: number; readonly perSecond: number; readonly from: number };

/** A message and when it was committed, in nanoseconds of the clock of the machine. */
export type Commit = readonly [id: string, at: bigint];

/** Commits a second at the steady rate. */
export const steadyRate = 200;
/** Rows a transaction while the outbox is filled. */
const fillSize = 1_000;
/** Milliseconds until the publisher is ready, the outbox is empty, and the last message has arrived. */
const readyTimeout = 30_000;
const drainTimeout = 600_000;
const arriveTimeout = 30_000;
/** Commits that are not measured: connections are opened and statements planned. */
const warmUp = 200;

/** Fills an outbox, lets a relay publish all of it, then commits at a steady rate. Throws when a message is missing, repeated or out of order. */
export async function measureRound(
  platform: Platform,
  relay: RelayName,
  round: number,
  { rows, steadySeconds }: Plan,
): Promise<Round> {
  const topic = `bench.${relay}-${round}`;
  await createTopics(platform.brokers, [parcelTopic(topic)]);
  const url = await createDatabase(platform.postgresUrl, `relay_${relay}_${round}`);
  await fill(url, topic, rows);
  const publisher = new Child<Commit[] | 'ready'>({
    name: `the ${relay} relay`,
    file: new URL('publisher.js', import.meta.url),
    env: { DATABASE_URL: url, KAFKA_BROKERS: platform.brokers, TOPIC: topic, RELAY: relay },
  });
  const send = (command: PublisherCommand): void => publisher.send(command);
  await publisher.next('that it is ready', readyTimeout);
  send({ do: 'publish' });
  const drained = await measureDrain(url, platform, publisher, rows);
  const consumer = await Consumer.open(platform.brokers, topic);
  const count = warmUp + steadyRate * steadySeconds;
  const expected = rows + count;
  send({ do: 'commit', count, perSecond: steadyRate, from: rows });
  const commits = (await publisher.next('its commits', (count / steadyRate) * 1_000 + arriveTimeout)) as Commit[];
  const hasAll = (): boolean => {
    publisher.check();
    consumer.check();
    return consumer.receivedAt.size >= expected;
  };
  await waitUntil('every message has arrived', hasAll, arriveTimeout);
  const { receivedAt, repeated, outOfOrder } = consumer;
  if (receivedAt.size !== expected || repeated > 0 || outOfOrder > 0)
    throw new Error(
      `${receivedAt.size} of ${expected} messages arrived, ${repeated} of them again, ${outOfOrder} out of order`,
    );
  const waits = commits.slice(warmUp).map(([id, at]) => Number(receivedAt.get(id)! - at) / 1e6);
  const machineLoad = load();
  await consumer.close();
  await publisher.stop();
  return { ...drained, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), machineLoad };
}

/** Uses the append of the library, as a service does. */
const fill = (url: string, topic: string, rows: number): Promise<void> =>
  withDataSource({ url, migrations: messagingMigrations, extra: { max: 2 } }, async (dataSource) => {
    await dataSource.runMigrations();
    const store = new PostgresStore(dataSource);
    for (let from = 0; from < rows; from += fillSize) {
      const batch = Array.from({ length: Math.min(fillSize, rows - from) }, (_, index) => parcel(topic, from + index));
      await store.transaction((transaction) => transaction.append(batch));
    }
    await dataSource.query('analyze');
  });

/** Measures from the first published rows to the last. */
async function measureDrain(
  url: string,
  platform: Platform,
  publisher: Child<unknown>,
  rows: number,
): Promise<Pick<Round, 'perSecond' | 'cpu' | 'postgresCpu'>> {
  let published = 0;
  const hasPublished = async (count: number): Promise<boolean> => {
    publisher.check();
    const text = 'select coalesce(sum(next_offset), 0) as rows from msg_published_offsets';
    published = Number((await query<{ rows: string }>(url, text))[0]!.rows);
    return published >= count;
  };
  await waitUntil('the first rows are published', () => hasPublished(1), drainTimeout);
  const [first, from] = [published, performance.now()];
  const cpuSince = watchCpu(new Map([...platform.processes, ['relay', publisher.pid]]));
  await waitUntil('every row is published', () => hasPublished(rows), drainTimeout);
  const [to, cpu, count] = [performance.now(), cpuSince(), rows - first];
  return {
    perSecond: count / ((to - from) / 1_000),
    cpu: cpu.get('relay')! / count,
    postgresCpu: cpu.get('PostgreSQL')! / count,
  };
}
