import { messagingMigrations } from '@tradewind/messaging';
import { PostgresStore } from '@tradewind/messaging/internals';
import { Child } from '../environment/child.js';
import { createDatabase, query, withDataSource } from '../environment/databases.js';
import { createTopics } from '../environment/kafka.js';
import { measure, type Measured } from '../environment/machine.js';
import { Platform } from '../environment/platform.js';
import { waitUntil } from '../environment/wait.js';
import { inTurn, runBench } from '../frame/bench.js';
import { comparisonReport } from '../frame/comparison.js';
import { wholeNumber } from '../frame/options.js';
import { machineLoad, ratioOf, spreadOf, type Column } from '../frame/report.js';
import { number, quantile } from '../frame/statistics.js';
import { consume } from './consumer.js';
import { parcel, parcelTopic, partitions, payloadBytes, type Commit } from './parcel.js';

const relays = ['library', 'bare'] as const;
type RelayName = (typeof relays)[number];

/** Rows that were published and archived. */
interface Round extends Measured {
  /** Milliseconds from a commit to the consumer, at a steady rate. */
  readonly p50: number;
  readonly p99: number;
}

interface Plan {
  readonly rows: number;
  readonly seconds: number;
}

const columns: readonly Column<Round>[] = [
  spreadOf('drain, rows/s', ({ perSecond }) => perSecond),
  ratioOf('of bare', ({ perSecond }) => perSecond),
  spreadOf('CPU µs a row', ({ cpu }) => cpu['relay']!, 1),
  spreadOf('of PostgreSQL', ({ cpu }) => cpu['PostgreSQL']!, 1),
  spreadOf('commit to consumer, p50 ms', ({ p50 }) => p50, 1),
  spreadOf('p99 ms', ({ p99 }) => p99, 1),
  machineLoad,
];

/** Commits a second at the steady rate; the first ones are not measured: connections are opened and statements planned. */
const steadyRate = 200;
const warmUp = 200;
/** Rows a transaction while the outbox is filled. */
const fillSize = 1_000;
/** Milliseconds until the publisher is ready, the outbox is empty, and the last message has arrived. */
const readyTimeout = 30_000;
const drainTimeout = 600_000;
const arriveTimeout = 30_000;

await runBench({
  name: 'relay',
  description:
    'Measures how fast the relay of the library publishes an outbox, in turn with a bare one, and how soon a commit reaches a consumer.',
  options: {
    rows: wholeNumber('in the outbox', 200_000),
    seconds: wholeNumber('of commits at a steady rate', 20),
    rounds: wholeNumber('of each relay', 3),
  },
  success: 'every message was consumed once, in the order of its key',
  run: async ({ rounds, ...plan }) => {
    const platform = await Platform.open();
    const [library = [], bare = []] = await inTurn({
      rounds,
      variants: relays,
      nameOf: (relay) => relay,
      measure: (relay, round) => measureRound(platform, relay, round, plan),
      columns,
    });
    const rows = `${number(plan.rows)} rows of ${payloadBytes} bytes`;
    return comparisonReport({
      title: 'From the outbox to Kafka',
      what: `${rows}, written by the append of the library, to a topic of ${partitions} partitions; then ${steadyRate} commits a second for ${plan.seconds} s.`,
      sharedWith: 'Kafka, PostgreSQL, the relay and the consumer',
      labels: ['relay'],
      columns,
      lines: [
        { labels: ['Tradewind'], rounds: library, baseline: bare },
        { labels: ['bare pg and kafkajs'], rounds: bare },
      ],
      chartTitle: `Rows a second from the outbox to Kafka: ${rows}`,
      figures: { plan, rounds: { library, bare } },
    });
  },
});

/** Fills an outbox, lets a relay publish all of it, then commits at a steady rate. Throws when a message is missing, repeated or out of order. */
async function measureRound(platform: Platform, relay: RelayName, round: number, plan: Plan): Promise<Round> {
  const topic = `bench.${relay}-${round}`;
  await createTopics(platform.brokers, [parcelTopic(topic)]);
  const url = await createDatabase(platform.postgresUrl, `relay_${relay}_${round}`, messagingMigrations);
  await fill(url, topic, plan.rows);
  const publisher = new Child<Commit[] | 'ready'>({
    name: `the ${relay} relay`,
    file: new URL('publisher.js', import.meta.url),
    env: {
      DATABASE_URL: url,
      KAFKA_BROKERS: platform.brokers,
      TOPIC: topic,
      RELAY: relay,
      FIRST: String(plan.rows),
      PER_SECOND: String(steadyRate),
      MILLISECONDS: String((warmUp / steadyRate + plan.seconds) * 1_000),
    },
  });
  await publisher.next('that it is ready', readyTimeout);
  publisher.send('publish');
  const drained = await measureDrain(url, platform, publisher, plan.rows);
  const consumer = await consume(platform.brokers, topic);
  publisher.send('commit');
  const commits = (await publisher.next('its commits', plan.seconds * 1_000 + arriveTimeout)) as Commit[];
  const expected = plan.rows + commits.length;
  const hasAll = (): boolean => {
    publisher.check();
    consumer.check();
    return consumer.at.size >= expected;
  };
  await waitUntil('every message has arrived', hasAll, arriveTimeout);
  const { at, repeated, outOfOrder } = consumer;
  if (at.size !== expected || repeated > 0 || outOfOrder > 0)
    throw new Error(
      `${at.size} of ${expected} messages arrived, ${repeated} of them again, ${outOfOrder} out of order`,
    );
  const waits = commits.slice(warmUp).map(([id, committed]) => Number(at.get(id)! - committed) / 1e6);
  await consumer.close();
  await publisher.stop();
  return { ...drained, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}

/** Uses the append of the library, as a service does. */
async function fill(url: string, topic: string, rows: number): Promise<void> {
  await withDataSource(url, {}, async (dataSource) => {
    const store = new PostgresStore(dataSource);
    for (let from = 0; from < rows; from += fillSize) {
      const batch = Array.from({ length: Math.min(fillSize, rows - from) }, (_, index) => parcel(topic, from + index));
      await store.transaction((transaction) => transaction.append(batch));
    }
    await dataSource.query('analyze');
  });
}

/** Measures from the first published rows to the last. */
async function measureDrain(
  url: string,
  platform: Platform,
  publisher: Child<unknown>,
  rows: number,
): Promise<Measured> {
  let published = 0;
  const hasPublished = async (count: number): Promise<boolean> => {
    publisher.check();
    const text = 'select coalesce(sum(next_offset), 0)::int as rows from msg_published_offsets';
    published = (await query<{ rows: number }>(url, text))[0]!.rows;
    return published >= count;
  };
  await waitUntil('the first rows are published', () => hasPublished(1), drainTimeout);
  const [first, end] = [published, measure(new Map([...platform.processes, ['relay', publisher.pid]]))];
  await waitUntil('every row is published', () => hasPublished(rows), drainTimeout);
  return end()(rows - first);
}
