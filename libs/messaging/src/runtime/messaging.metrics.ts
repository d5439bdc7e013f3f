import { Counter, Gauge, register } from 'prom-client';
import type { KafkaTransport } from '../consumer/kafka-transport.js';
import type { Runner } from '../handling/runner.js';
import type { Relay } from '../outbox/relay.js';
import {
  partitionKey,
  StoreUnavailable,
  transientReasons,
  withTimeout,
  type KafkaClient,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';

export interface MetricSources {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly transport: KafkaTransport;
  readonly relay: Relay;
  readonly runner: Runner;
}

/** Longest time for one reading: a scrape does not wait for a silent server. */
const readingTimeoutMs = 2_000;

/** Registers the library's metrics in the default registry, once a process. A reading that fails or takes too long is NaN, so that a scrape still gets the others. */
export function messagingMetrics({ store, kafka, ports, transport, relay, runner }: MetricSources): void {
  if (register.getSingleMetric('tradewind_outbox_rows')) return;

  const setOrNaN = async (
    gauge: Gauge,
    read: () => Promise<number>,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const value = read().catch(() => Number.NaN);
    gauge.set(labels, await withTimeout(ports.timers, readingTimeoutMs, value, Number.NaN));
  };
  const gaugeOf = (name: string, help: string, read: () => Promise<number>): Gauge =>
    new Gauge({
      name: `tradewind_${name}`,
      help,
      async collect() {
        await setOrNaN(this, read);
      },
    });

  gaugeOf('outbox_rows', 'Committed messages that are not published yet.', async () => (await store.outboxLag()).rows);
  gaugeOf(
    'outbox_lag_seconds',
    'Age of the oldest message that is not published yet.',
    async () => (await store.outboxLag()).seconds,
  );
  gaugeOf(
    'outbox_blocked_keys',
    'Keys whose next message the broker rejects. They wait for an operator.',
    async () => (await store.outboxLag()).blocked,
  );
  gaugeOf('dead_letters', 'Messages that wait for an operator.', () => store.deadLetterCount());
  gaugeOf('sagas_stuck', 'Sagas whose compensation or last step fails repeatedly.', () => store.stuckSagas());
  gaugeOf('effects_pending', 'Scheduled effects without a result.', async () => (await store.pendingEffects()).pending);
  gaugeOf(
    'effects_oldest_seconds',
    'Age of the oldest effect without a result.',
    async () => (await store.pendingEffects()).seconds,
  );
  gaugeOf('relay_leader', '1 where this process publishes the outbox of its database.', () =>
    Promise.resolve(relay.leads ? 1 : 0),
  );
  gaugeOf('relay_epoch', 'Epoch of the leadership that this process holds; 0 where it does not lead.', () =>
    Promise.resolve(Number(relay.epoch ?? 0n)),
  );
  new Gauge({
    name: 'tradewind_consumer_silence_seconds',
    help: 'Time since the last fetch of a group returned. Empty fetches count.',
    labelNames: ['group'],
    collect() {
      this.reset();
      for (const { group, silenceMs } of transport.groups) this.set({ group }, silenceMs / 1_000);
    },
  });
  new Counter({
    name: 'tradewind_consumer_rebalances_total',
    help: 'Assignments of partitions to this process, by group.',
    labelNames: ['group'],
    collect() {
      this.reset();
      for (const { group, rebalances } of transport.groups) this.inc({ group }, rebalances);
    },
  });
  new Gauge({
    name: 'tradewind_consumer_lag_records',
    help: 'Records that a group has not committed, of the whole group. Every instance reports it: take the maximum over instances, not the sum.',
    labelNames: ['group'],
    async collect() {
      this.reset();
      await Promise.all(
        transport.groups.map(({ group, topics }) => setOrNaN(this, () => lagOf(kafka, group, topics), { group })),
      );
    },
  });
  const batches = new Counter({ name: 'tradewind_transactions_total', help: 'Committed transactions of decisions.' });
  const messages = new Counter({ name: 'tradewind_outbox_messages_total', help: 'Messages put into the outbox.' });
  const retries = new Counter({
    name: 'tradewind_transient_retries_total',
    help: 'Transactions that failed for a transient reason, by reason.',
    labelNames: ['reason'],
  });
  for (const reason of transientReasons) retries.inc({ reason }, 0);
  const deadlocks = new Counter({
    name: 'tradewind_deadlocks_total',
    help: 'Transactions that the database ended because of a deadlock. The lock order should prevent all of them.',
  });
  runner.onTransient((error) => {
    const reason = error instanceof StoreUnavailable ? error.reason : 'other';
    retries.inc({ reason });
    if (reason === 'deadlock') deadlocks.inc();
  });
  runner.onCommitted(({ published }) => {
    batches.inc();
    messages.inc(published);
  });
}

async function lagOf(kafka: KafkaClient, group: string, topics: readonly string[]): Promise<number> {
  const ends = await kafka.endOffsets(topics);
  const committed = new Map(
    (await kafka.committedOffsets(group, topics)).map((each) => [partitionKey(each), each.offset]),
  );
  return Number(ends.reduce((lag, each) => lag + each.end - (committed.get(partitionKey(each)) ?? each.start), 0n));
}
