import pg from 'pg';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

const relayed = ['order', 'product', 'payment'] as const;
const cutLeader = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay' and datname = $1`;

/** The leader sleeps, its lock is gone, another leads; when it wakes up it must neither mark nor overtake. */
async function leaderPaused(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 3, 20); times > 0; times--) {
    const service = relayed[times % relayed.length]!;
    const leader = await stage.leaderOf(service);
    const [{ datname } = { datname: '' }] = await stage.asAdmin<{ datname: string }>(
      'select current_database() as datname',
      [],
      new URL(stage.shop.databases[service]).pathname.slice(1),
    );
    const paused = stage.freeze(leader, stage.times(6_000, 15_000, 15_000));
    await stage.pass(300);
    const cut = await stage.asAdmin(cutLeader, [datname]);
    stage.hit(`leader of ${service} lost its lock`, cut.length);
    await paused;
    await stage.trade(4, 120);
  }
}

async function loseProduceAnswers(
  stage: Stage,
  how: 'reset' | 'swallow',
  probability: number,
  orders: number,
): Promise<void> {
  const lost = stage.ground.network.kafkas[0]!.lose.answers({ api: 'produce', which: { probability }, how });
  await stage.trade(orders, 400);
  stage.hit(`Produce answers lost (${how})`, lost.heal());
}

/** The request never arrives, the next one does: what failed must not be skipped, nor come after what followed it. */
async function failedThenAnother(stage: Stage): Promise<void> {
  const lost = stage.ground.network.kafkas[0]!.lose.requests({
    api: 'produce',
    which: { probability: 0.05 },
    how: 'reset',
  });
  await stage.trade(stage.times(15, 50, 400), 400);
  stage.hit('Produce requests lost', lost.heal());
}

/** Somebody writes in another database of the cluster and does not come to an end: relays must not wait for it. */
async function oldTransactionElsewhere(stage: Stage): Promise<void> {
  const url = new URL(stage.shop.adminUrl);
  const client = new pg.Client({ connectionString: url.href });
  const orders = stage.times(10, 40, 200);
  const secondsFor = async (): Promise<number> => {
    const since = performance.now();
    await stage.trade(orders, 200);
    return (performance.now() - since) / 1_000;
  };
  const before = await secondsFor();
  await client.connect();
  await client.query('create table if not exists idle_writer (id int)');
  await client.query('begin');
  await client.query('insert into idle_writer values (1)');
  stage.hit('a writing transaction left open');
  const during = await secondsFor();
  await client.query('rollback');
  await client.end();
  stage.note(`${orders} orders took ${before.toFixed(1)} s before and ${during.toFixed(1)} s while it was open`);
  if (during > 4 * before + 5)
    throw new Error(
      `${orders} orders took ${during.toFixed(1)} s with an old transaction open elsewhere, ${before.toFixed(1)} s without`,
    );
}

export const relays: readonly Fault[] = [
  { id: 'F05', title: 'two relays: the leader paused, without its lock', layout: 'usual', play: leaderPaused },
  {
    id: 'F06',
    title: 'answers of Produce lost, connection reset',
    layout: 'usual',
    play: (stage) => loseProduceAnswers(stage, 'reset', 0.03, stage.times(20, 80, 1_000)),
  },
  {
    id: 'F07',
    title: 'answers of Produce swallowed, connection kept',
    layout: 'usual',
    play: (stage) => loseProduceAnswers(stage, 'swallow', 0.01, stage.times(10, 30, 300)),
  },
  { id: 'F08', title: 'a failed Produce followed by another batch', layout: 'usual', play: failedThenAnother },
  {
    id: 'F20',
    title: 'an old writing transaction in another database',
    layout: 'usual',
    play: oldTransactionElsewhere,
  },
];
