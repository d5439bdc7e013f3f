import { Counter, Gauge, register } from 'prom-client';
import type { KafkaTransport } from './consume/kafka-transport.js';
import type { KafkaClient } from './kafka/index.js';
import type { Relay } from './outbox/relay.js';
import { transientCauseOf, transientCauses } from './postgres/sql-errors.js';
import type { Runner } from './run/runner.js';
import type { Store } from './store/store.js';
import { systemTimers, within } from './system.js';

export interface Measured {
  readonly service: string;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly transport: KafkaTransport;
  readonly relay: Relay;
  readonly runner: Runner;
}

/** Milliseconds for one reading: whoever scrapes does not wait for a server that is silent. */
const patience = 2_000;

/** A reading that fails, or does not come, shows as NaN: a scrape must tell the other metrics all the same. */
const reading = async (
  gauge: Gauge,
  read: () => Promise<void>,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> => {
  const told = await within(
    systemTimers,
    patience,
    read().then(
      () => true,
      () => false,
    ),
    false,
  );
  if (!told) gauge.set(labels, Number.NaN);
};

/** Registers the library's metrics in the default registry, once a process. */
export function messagingMetrics({ store, kafka, transport, relay, runner }: Measured): void {
  if (register.getSingleMetric('outbox_rows')) return;
  new Gauge({
    name: 'outbox_rows',
    help: 'Messages that are committed and not yet published.',
    async collect() {
      await reading(this, async () => this.set((await store.outboxLag()).rows));
    },
  });
  new Gauge({
    name: 'outbox_lag_seconds',
    help: 'Age of the oldest message that is not yet published.',
    async collect() {
      await reading(this, async () => this.set((await store.outboxLag()).seconds));
    },
  });
  new Gauge({
    name: 'messages_parked',
    help: 'Messages that wait for an operator.',
    async collect() {
      await reading(this, async () => this.set(await store.parkedCount()));
    },
  });
  new Gauge({
    name: 'outbox_keys_held',
    help: 'Keys whose next message the broker refuses: they wait for an operator.',
    async collect() {
      await reading(this, async () => this.set((await store.outboxLag()).held));
    },
  });
  new Gauge({
    name: 'sagas_alarmed',
    help: 'Sagas whose undo or last step fails again and again: they need a look.',
    async collect() {
      await reading(this, async () => this.set(await store.alarmedSagas()));
    },
  });
  new Gauge({
    name: 'relay_leader',
    help: '1 where this process publishes the outbox of its database.',
    collect() {
      this.set(relay.leads ? 1 : 0);
    },
  });
  new Gauge({
    name: 'relay_epoch',
    help: 'The leadership over the outbox that this process holds, counted up with each that begins; 0 where it does not lead.',
    collect() {
      this.set(Number(relay.epoch ?? 0n));
    },
  });
  new Gauge({
    name: 'effects_open',
    help: 'Calls to the outside that are wished and not settled.',
    async collect() {
      await reading(this, async () => this.set((await store.openEffects()).open));
    },
  });
  new Gauge({
    name: 'effects_oldest_seconds',
    help: 'Age of the oldest call that is not settled.',
    async collect() {
      await reading(this, async () => this.set((await store.openEffects()).seconds));
    },
  });
  new Gauge({
    name: 'consumer_silence_seconds',
    help: 'Time since the last fetch of a group came back, be it empty.',
    labelNames: ['group'],
    collect() {
      this.reset();
      for (const { group, silence } of transport.groups) this.set({ group }, silence / 1_000);
    },
  });
  new Counter({
    name: 'consumer_rebalances_total',
    help: 'How often the partitions of a group were shared out anew, as this process saw it.',
    labelNames: ['group'],
    collect() {
      this.reset();
      for (const { group, rebalances } of transport.groups) this.inc({ group }, rebalances);
    },
  });
  new Gauge({
    name: 'consumer_lag_records',
    help: 'Records on the topics of a group that it has not committed: of the whole group, from each of its instances. Take the maximum over instances, not the sum.',
    labelNames: ['group'],
    async collect() {
      this.reset();
      await Promise.all(
        transport.groups.map(({ group, topics }) =>
          reading(this, async () => this.set({ group }, await lagOf(kafka, group, topics)), { group }),
        ),
      );
    },
  });
  const batches = new Counter({ name: 'transactions_total', help: 'Transactions of decisions that were committed.' });
  const said = new Counter({ name: 'messages_said_total', help: 'Messages put into the outbox.' });
  const retries = new Counter({
    name: 'transient_retries_total',
    help: 'Transactions left for another try, by why.',
    labelNames: ['cause'],
  });
  for (const cause of transientCauses) retries.inc({ cause }, 0);
  const deadlocks = new Counter({
    name: 'deadlocks_total',
    help: 'Transactions that the database ended because of a deadlock: against the lock order.',
  });
  runner.onTransient((error) => {
    const cause = transientCauseOf(error);
    retries.inc({ cause });
    if (cause === 'deadlock') deadlocks.inc();
  });
  runner.onCommitted((committed) => {
    batches.inc();
    said.inc(committed.said);
  });
}

async function lagOf(kafka: KafkaClient, group: string, topics: readonly string[]): Promise<number> {
  const ends = await kafka.endOffsets(topics);
  const read = new Map(
    (await kafka.committed(group, topics)).map(({ topic, partition, next }) => [`${topic}:${partition}`, next]),
  );
  return Number(
    ends.reduce(
      (lag, { topic, partition, end, start }) => lag + end - (read.get(`${topic}:${partition}`) ?? start),
      0n,
    ),
  );
}
