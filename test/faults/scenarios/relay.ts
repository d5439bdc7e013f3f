import pg from 'pg';
import type { Fault } from '../environment/fault.js';
import { participants } from '../environment/layouts.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

const terminateLeader = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay' and datname = $1`;

/** The leader is paused and loses its lock, another instance leads; when it continues it must neither mark rows nor publish out of order. */
async function leaderPaused(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 3, 20); times > 0; times--) {
    const service = participants[times % participants.length]!;
    const leader = await context.relayLeaderOf(service);
    const [{ datname } = { datname: '' }] = await context.queryAsAdmin<{ datname: string }>(
      'select current_database() as datname',
      [],
      new URL(context.shop.databases[service]).pathname.slice(1),
    );
    const paused = context.pauseProcess(leader, context.byExtent(6_000, 15_000, 15_000));
    await context.delay(300);
    const terminated = await context.queryAsAdmin(terminateLeader, [datname]);
    context.recordInjection(`leader of ${service} lost its lock`, terminated.length);
    await paused;
    await context.waitForOrders(4, 120);
  }
}

async function dropProduceResponses(
  context: ScenarioContext,
  how: 'reset' | 'swallow',
  probability: number,
  orders: number,
): Promise<void> {
  const dropped = context.environment.network.kafkas[0]!.drop.responses({
    api: 'produce',
    occurrences: { probability },
    how,
  });
  await context.waitForOrders(orders, 400);
  context.recordInjection(`Produce responses dropped (${how})`, dropped.heal());
}

/** A request never arrives, the next one does: the failed batch must not be skipped or published after the next one. */
async function failedThenNextBatch(context: ScenarioContext): Promise<void> {
  const dropped = context.environment.network.kafkas[0]!.drop.requests({
    api: 'produce',
    occurrences: { probability: 0.05 },
    how: 'reset',
  });
  await context.waitForOrders(context.byExtent(15, 50, 400), 400);
  context.recordInjection('Produce requests dropped', dropped.heal());
}

/** A writing transaction in another database of the cluster stays open: relays must not wait for it. */
async function oldTransactionElsewhere(context: ScenarioContext): Promise<void> {
  const url = new URL(context.shop.adminUrl);
  const client = new pg.Client({ connectionString: url.href });
  const orders = context.byExtent(10, 40, 200);
  const measureSeconds = async (): Promise<number> => {
    const since = performance.now();
    await context.waitForOrders(orders, 200);
    return (performance.now() - since) / 1_000;
  };
  const before = await measureSeconds();
  await client.connect();
  await client.query('create table if not exists idle_writer (id int)');
  await client.query('begin');
  await client.query('insert into idle_writer values (1)');
  context.recordInjection('a writing transaction left open');
  const during = await measureSeconds();
  await client.query('rollback');
  await client.end();
  context.note(
    `${orders} orders took ${before.toFixed(1)} s before, ${during.toFixed(1)} s while the transaction was open`,
  );
  if (during > 4 * before + 5)
    throw new Error(
      `${orders} orders took ${during.toFixed(1)} s with an old transaction open elsewhere, ${before.toFixed(1)} s without`,
    );
}

export const relays: readonly Fault[] = [
  { id: 'F05', title: 'two relays: the leader paused, without its lock', layout: 'usual', run: leaderPaused },
  {
    id: 'F06',
    title: 'Produce responses dropped, connection reset',
    layout: 'usual',
    run: (context) => dropProduceResponses(context, 'reset', 0.03, context.byExtent(20, 80, 1_000)),
  },
  {
    id: 'F07',
    title: 'Produce responses dropped, connection open',
    layout: 'usual',
    run: (context) => dropProduceResponses(context, 'swallow', 0.01, context.byExtent(10, 30, 300)),
  },
  { id: 'F08', title: 'a failed Produce followed by another batch', layout: 'usual', run: failedThenNextBatch },
  {
    id: 'F20',
    title: 'an old writing transaction in another database',
    layout: 'usual',
    run: oldTransactionElsewhere,
  },
];
