import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

const ready = (context: ScenarioContext): Promise<unknown> =>
  context.waitFor('everything to be ready', () => context.shop.untilReady(5_000).then(() => true), 120);

async function killBroker(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 4, 10); times > 0; times--) {
    await context.waitForOrders(2);
    context.kill('kafka');
    await context.waitForOrders(3, 120);
  }
}

/** Orders are accepted without Kafka; afterwards the outboxes drain faster than new orders come in. */
async function brokerDown(context: ScenarioContext): Promise<void> {
  const seconds = context.byExtent(10, 45, 300);
  await context.shop.stopProcess('kafka');
  context.recordInjection('stopped kafka');
  const before = context.load.counts.accepted;
  const extra = await placeOrders(context, seconds);
  const during = context.load.counts.accepted - before + extra.accepted;
  if (during === 0) throw new Error('no order was accepted while the broker was down');
  await context.shop.startProcess('kafka');
  context.recordInjection('started kafka');
  const since = performance.now();
  await extra.settled;
  const drainSeconds = (performance.now() - since) / 1_000;
  context.note(
    `${during} orders accepted in ${seconds} s without the broker; all had their outcome ${drainSeconds.toFixed(1)} s after its restart`,
  );
  const limit = Math.max(30, seconds / 2);
  if (drainSeconds > limit)
    throw new Error(
      `the orders of ${seconds} s took ${drainSeconds.toFixed(1)} s to drain; the limit is half of that time, at least 30 s`,
    );
}

/** Buyers wait for an outcome before the next order, so the outage needs other orders: two per second, without waiting. */
async function placeOrders(
  context: ScenarioContext,
  seconds: number,
): Promise<{ accepted: number; settled: Promise<unknown> }> {
  const outcomes: Promise<unknown>[] = [];
  const end = performance.now() + seconds * 1_000;
  const [buyer] = context.load.buyers;
  let accepted = 0;
  while (performance.now() < end) {
    const order = await buyer!.placeAny();
    accepted++;
    outcomes.push(buyer!.waitForOutcome(order));
    await context.delay(500);
  }
  return { accepted, settled: Promise.all(outcomes) };
}

async function brokerPaused(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 1, 3); times > 0; times--) {
    await context.waitForOrders(2);
    await context.pauseProcess('kafka', context.byExtent(12_000, 20_000, 20_000));
    await context.waitForOrders(5, 120);
  }
}

const brokers = ['kafka', 'kafka-2', 'kafka-3'] as const;

async function rollingKill(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 2, 10); times > 0; times--) {
    for (const broker of brokers) {
      await context.waitForOrders(2, 120);
      context.kill(broker);
      await context.waitForOrders(2, 120);
      await context.shop.startProcess(broker);
      await context.delay(2_000); // it must be in sync before the next kill, or two brokers would be down
    }
  }
}

/** Fewer brokers than min.insync.replicas: nothing is acknowledged, so nothing may be marked as published. */
async function twoDown(context: ScenarioContext): Promise<void> {
  await Promise.all(['kafka-2', 'kafka-3'].map((name) => context.shop.stopProcess(name)));
  context.recordInjection('stopped two brokers of three');
  await context.delay(context.byExtent(8_000, 15_000, 60_000));
  await Promise.all(['kafka-2', 'kafka-3'].map((name) => context.shop.startProcess(name)));
  context.recordInjection('started them');
  await context.waitForOrders(5, 120);
  await ready(context);
}

export const kafka: readonly Fault[] = [
  { id: 'F09', title: 'the broker killed repeatedly', layout: 'usual', run: killBroker },
  { id: 'F10', title: 'the broker down', layout: 'usual', run: brokerDown },
  { id: 'F11', title: 'the broker paused', layout: 'usual', run: brokerPaused },
  { id: 'F12', title: 'three brokers, killed one after another', layout: 'three brokers', run: rollingKill },
  { id: 'F13', title: 'two brokers of three down', layout: 'three brokers', run: twoDown },
];
