import { Counter, Gauge, register } from 'prom-client';
import type { KafkaTransport } from '../consumer/kafka-transport.js';
import type { Runner } from '../handling/runner.js';
import type { RetentionWorker } from '../retention/index.js';
import type { Relay } from '../outbox/relay.js';
import {
  partitionKey,
  prunedTables,
  StoreUnavailable,
  transientReasons,
  withTimeout,
  type KafkaClient,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';

export interface MetricSources {
  /** Label of every metric. */
  readonly service: string;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly transport: KafkaTransport;
  readonly relay: Relay;
  readonly runner: Runner;
  readonly retention: RetentionWorker;
}

/** Longest time for one reading: a scrape does not wait for a silent server. */
const readingTimeoutMs = 2_000;

const modules = new Set<MetricSources>();

/**
 * Adds a module to the library's metrics in the default registry; returns what removes it. A reading that fails or takes too long is NaN, so
 * that a scrape still gets the others.
 */
export function messagingMetrics(source: MetricSources): () => void {
  if (!register.getSingleMetric('tradewind_outbox_rows')) registerMetrics();
  const { service, runner } = source;
  modules.add(source);
  for (const reason of transientReasons) counterOf('transient_retries_total').inc({ service, reason }, 0);
  for (const name of ['deadlocks_total', 'transactions_total', 'outbox_messages_total'])
    counterOf(name).inc({ service }, 0);
  runner.onTransient((error) => {
    const reason = error instanceof StoreUnavailable ? error.reason : 'other';
    counterOf('transient_retries_total').inc({ service, reason });
    if (reason === 'deadlock') counterOf('deadlocks_total').inc({ service });
  });
  runner.onCommitted(({ published }) => {
    counterOf('transactions_total').inc({ service });
    counterOf('outbox_messages_total').inc({ service }, published);
  });
  return () => void modules.delete(source);
}

const counterOf = (name: string): Counter => register.getSingleMetric(`tradewind_${name}`) as Counter;

type Labels = Readonly<Record<string, string>>;

/** A gauge with one reading for each module. */
function gauge(name: string, help: string, read: (source: MetricSources) => Promise<number>): void {
  readings(name, help, [], async (source, set) => set({}, read(source)));
}

/** A gauge that sets its own readings for each module. */
function readings(
  name: string,
  help: string,
  labels: readonly string[],
  read: (source: MetricSources, set: (labels: Labels, value: Promise<number>) => Promise<void>) => Promise<unknown>,
): void {
  new Gauge({
    name: `tradewind_${name}`,
    help,
    labelNames: ['service', ...labels],
    async collect() {
      this.reset();
      await Promise.all(
        [...modules].map((source) =>
          read(source, async (more, value) => {
            const known = value.catch(() => Number.NaN);
            const { service, ports } = source;
            this.set({ service, ...more }, await withTimeout(ports.timers, readingTimeoutMs, known, Number.NaN));
          }),
        ),
      );
    },
  });
}

function registerMetrics(): void {
  gauge(
    'outbox_rows',
    'Committed messages that are not published yet.',
    async ({ store }) => (await store.outboxLag()).rows,
  );
  gauge(
    'outbox_lag_seconds',
    'Age of the oldest message that is not published yet.',
    async ({ store }) => (await store.outboxLag()).seconds,
  );
  gauge(
    'outbox_blocked_keys',
    'Keys whose next message the broker rejects. They wait for an operator.',
    async ({ store }) => (await store.outboxLag()).blocked,
  );
  gauge('dead_letters', 'Messages that wait for an operator.', ({ store }) => store.deadLetterCount());
  gauge('sagas_stuck', 'Sagas whose compensation or last step fails repeatedly.', ({ store }) => store.stuckSagas());
  gauge(
    'effects_pending',
    'Scheduled effects without a result.',
    async ({ store }) => (await store.pendingEffects()).pending,
  );
  gauge(
    'effects_oldest_seconds',
    'Age of the oldest effect without a result.',
    async ({ store }) => (await store.pendingEffects()).seconds,
  );
  gauge('relay_leader', '1 where this process publishes the outbox of its database.', ({ relay }) =>
    Promise.resolve(relay.leads ? 1 : 0),
  );
  gauge('relay_epoch', 'Epoch of the leadership that this process holds; 0 where it does not lead.', ({ relay }) =>
    Promise.resolve(Number(relay.epoch ?? 0n)),
  );
  readings(
    'consumer_silence_seconds',
    'Time since the last fetch of a group returned. Empty fetches count.',
    ['group'],
    ({ transport }, set) =>
      Promise.all(transport.groups.map(({ group, silenceMs }) => set({ group }, Promise.resolve(silenceMs / 1_000)))),
  );
  readings(
    'consumer_lag_records',
    'Records that a group has not committed, of the whole group. Every instance reports it: take the maximum over instances, not the sum.',
    ['group'],
    ({ transport, kafka }, set) =>
      Promise.all(transport.groups.map(({ group, topics }) => set({ group }, lagOf(kafka, group, topics)))),
  );
  readings(
    'table_bytes',
    'Bytes of each table of the library, with its indexes.',
    ['table'],
    async ({ store }, set) => {
      const sizes = await store.tableSizes().catch(() => []);
      await Promise.all(sizes.map(({ table, bytes }) => set({ table }, Promise.resolve(bytes))));
    },
  );
  new Counter({
    name: 'tradewind_pruned_rows_total',
    help: 'Rows that this process has pruned, by table.',
    labelNames: ['service', 'table'],
    collect() {
      this.reset();
      for (const { service, retention } of modules)
        for (const table of prunedTables) this.inc({ service, table }, retention.pruned.get(table) ?? 0);
    },
  });
  new Counter({
    name: 'tradewind_consumer_rebalances_total',
    help: 'Assignments of partitions to this process, by group.',
    labelNames: ['service', 'group'],
    collect() {
      this.reset();
      for (const { service, transport } of modules)
        for (const { group, rebalances } of transport.groups) this.inc({ service, group }, rebalances);
    },
  });
  new Counter({
    name: 'tradewind_unknown_messages_total',
    help: 'Messages that a group skipped because it does not know their type, by topic.',
    labelNames: ['service', 'group', 'topic'],
    collect() {
      this.reset();
      for (const { service, transport } of modules)
        for (const { group, unknown } of transport.groups)
          for (const [topic, count] of unknown) this.inc({ service, group, topic }, count);
    },
  });
  new Counter({
    name: 'tradewind_transactions_total',
    help: 'Committed transactions of decisions.',
    labelNames: ['service'],
  });
  new Counter({
    name: 'tradewind_outbox_messages_total',
    help: 'Messages put into the outbox.',
    labelNames: ['service'],
  });
  new Counter({
    name: 'tradewind_transient_retries_total',
    help: 'Transactions that failed for a transient reason, by reason.',
    labelNames: ['service', 'reason'],
  });
  new Counter({
    name: 'tradewind_deadlocks_total',
    help: 'Transactions that the database ended because of a deadlock. The lock order should prevent all of them.',
    labelNames: ['service'],
  });
}

async function lagOf(kafka: KafkaClient, group: string, topics: readonly string[]): Promise<number> {
  const ends = await kafka.endOffsets(topics);
  const committed = new Map(
    (await kafka.committedOffsets(group, topics)).map((each) => [partitionKey(each), each.offset]),
  );
  return Number(ends.reduce((lag, each) => lag + each.end - (committed.get(partitionKey(each)) ?? each.start), 0n));
}
