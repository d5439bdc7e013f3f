import { Counter, Gauge, register } from 'prom-client';
import type { KafkaTransport } from './consume/kafka-transport.js';
import type { KafkaClient } from './kafka/index.js';
import type { Relay } from './outbox/relay.js';
import type { Runner } from './run/runner.js';
import type { Store } from './store/store.js';

export interface Measured {
  readonly service: string;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly transport: KafkaTransport;
  readonly relay: Relay;
  readonly runner: Runner;
}

/** A reading that fails shows as NaN: a scrape must tell the other metrics all the same. */
const reading = async (gauge: Gauge, read: () => Promise<void>): Promise<void> => {
  try {
    await read();
  } catch {
    gauge.set(Number.NaN);
  }
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
    name: 'consumer_lag_records',
    help: 'Records on the topics of a group that it has not committed.',
    labelNames: ['group'],
    async collect() {
      this.reset();
      for (const { group, topics } of transport.groups) {
        await reading(this, async () => this.set({ group }, await lagOf(kafka, group, topics)));
      }
    },
  });
  const batches = new Counter({ name: 'transactions_total', help: 'Transactions of decisions that were committed.' });
  const said = new Counter({ name: 'messages_said_total', help: 'Messages put into the outbox.' });
  runner.onCommitted((committed) => {
    batches.inc();
    said.inc(committed.said);
  });
}

async function lagOf(kafka: KafkaClient, group: string, topics: readonly string[]): Promise<number> {
  const ends = await kafka.endOffsets(topics);
  const read = new Map((await kafka.committed(group, topics)).map(({ topic, partition, next }) => [`${topic}:${partition}`, next]));
  return Number(ends.reduce((lag, { topic, partition, end, start }) => lag + end - (read.get(`${topic}:${partition}`) ?? start), 0n));
}
