import { stepNames } from '@tradewind/saga';
import { Counter, register } from 'prom-client';
import { groupBy } from '@tradewind/kernel';
import { EventMetrics, registerEventMetrics } from './event-metrics.js';
import { prunedTables, StoreUnavailable, transientReasons, type Store } from '../ports/index.js';
import { gauge, lagOf, lagSeconds, modules, readings, seriesOf, type MetricSources } from './metric-readings.js';

/** The most causes of dead letters of a consumer that have a series of their own. */
const maxCauses = 20;
/**
 * Adds a module to the library's metrics in the default registry; returns what removes it. A reading that fails or takes too long is NaN, so
 * that a scrape still gets the others.
 */
export function messagingMetrics(source: MetricSources): () => void {
  if (!register.getSingleMetric('tradewind_outbox_rows')) registerMetrics();
  const { service, runner } = source;
  modules.add(source);
  const events = new EventMetrics(service, source.ports);
  runner.onHandled((outcomes, milliseconds) => events.handled(outcomes, milliseconds));
  runner.onCommitted((committed) => events.committed(committed));
  source.relay.onPublished((rows) => events.published(rows));
  source.effects.onCall((effect, outcome, milliseconds) => events.called(effect, outcome, milliseconds));
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

function registerMetrics(): void {
  registerEventMetrics();
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
  seriesOf(
    'dead_letters',
    'Messages that wait for an operator, by consumer and cause.',
    ['consumer', 'cause'],
    async ({ store, transport }) => {
      const letters = withoutRareCauses(await store.deadLetters());
      const none = transport.groups.filter(({ group }) => !letters.some(({ consumer }) => consumer === group));
      return [
        ...letters.map(({ consumer, cause, count }) => ({ labels: { consumer, cause }, value: count })),
        ...none.map(({ group }) => ({ labels: { consumer: group, cause: 'none' }, value: 0 })),
      ];
    },
  );
  seriesOf(
    'sagas_open',
    'Sagas that have not ended, by their present step.',
    ['saga', 'step'],
    async ({ store, sagas }) => {
      const open = await store.openSagas();
      const steps = sagas.flatMap((saga) => stepNames(saga).map((step) => ({ saga: saga.name, step, count: 0 })));
      const idle = steps.filter(({ saga, step }) => !open.some((each) => each.saga === saga && each.step === step));
      return [...open, ...idle].map(({ saga, step, count }) => ({ labels: { saga, step }, value: count }));
    },
  );
  seriesOf(
    'saga_overdue_seconds',
    'For how long the oldest timeout of a saga is due. It waits for replies that are not read yet, or for an operator.',
    ['saga'],
    async ({ store, sagas }) => {
      const overdue = new Map((await store.overdueTimeouts()).map(({ saga, seconds }) => [saga, seconds]));
      return sagas.map(({ name }) => ({ labels: { saga: name }, value: overdue.get(name) ?? 0 }));
    },
  );
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
    (source, set) =>
      Promise.all(
        source.transport.groups.map(({ group, topics }) =>
          set(
            { group },
            lagOf(source, group, topics).then((lags) =>
              Number(lags.reduce((lag, { end, committed }) => lag + end - committed, 0n)),
            ),
          ),
        ),
      ),
  );
  readings(
    'consumer_lag_seconds',
    'For how long the oldest record that a group has not committed lies on its topic, to the interval of the scrapes.',
    ['group'],
    (source, set) =>
      Promise.all(
        source.transport.groups.map(({ group, topics }) =>
          set(
            { group },
            lagOf(source, group, topics).then((lags) =>
              lagSeconds(source, group).read(lags, source.ports.clock.now().getTime()),
            ),
          ),
        ),
      ),
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

type DeadLetterCounts = Awaited<ReturnType<Store['deadLetters']>>;

function withoutRareCauses(letters: DeadLetterCounts): DeadLetterCounts {
  const counts = new Map<string, { consumer: string; cause: string; count: number }>();
  for (const [consumer, all] of groupBy(letters, (letter) => letter.consumer))
    for (const [at, { cause, count }] of all.entries()) {
      const shown = at < maxCauses ? cause : 'other';
      const key = `${consumer}\n${shown}`;
      counts.set(key, { consumer, cause: shown, count: (counts.get(key)?.count ?? 0) + count });
    }
  return [...counts.values()];
}
