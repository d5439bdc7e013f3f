import { serviceNames } from '../../../tools/services.js';
import type { Fault } from '../environment/fault.js';
import { participants } from '../environment/layouts.js';
import type { ScenarioContext } from '../environment/scenario-context.js';
import type { Buyer } from '../load/buyer.js';

const furtherInstances = (context: ScenarioContext): string[] =>
  context.shop.instances.map(({ name }) => name).filter((name) => /-\d$/.test(name));

/** Instances leave and join every few seconds; one of each service always runs. */
async function joinAndLeave(context: ScenarioContext): Promise<void> {
  const random = context.random('instances');
  const stopped = new Set<string>();
  for (let times = context.byExtent(4, 14, 120); times > 0; times--) {
    const [name] = random.pick(1, furtherInstances(context));
    if (stopped.delete(name!)) {
      await context.shop.startProcess(name!);
      context.recordInjection('joined');
    } else {
      await context.shop.stopProcess(name!);
      stopped.add(name!);
      context.recordInjection('left');
    }
    await context.delay(random.fraction() * context.byExtent(1_000, 4_000, 5_000));
  }
  for (const name of stopped) await context.shop.startProcess(name);
}

/** An orderly stop commits the offsets, so that almost nothing is delivered again. */
async function stoppedInOrder(context: ScenarioContext): Promise<void> {
  const random = context.random('instances');
  for (let times = context.byExtent(3, 12, 100); times > 0; times--) {
    const [name] = random.pick(1, serviceNames);
    await context.shop.stopProcess(name!);
    context.recordInjection('SIGTERM');
    await context.shop.startProcess(name!);
    await context.waitForOrders(1);
  }
}

/** Longer than the session timeout of the group: other members have its partitions when it continues, and its messages are stale. */
async function pausedPastSessionTimeout(context: ScenarioContext): Promise<void> {
  const random = context.random('instances');
  for (let times = context.byExtent(1, 3, 20); times > 0; times--) {
    const [service] = random.pick(1, participants);
    const name = random.fraction() < 0.5 ? service! : `${service}-2`;
    await context.pauseProcess(name, 14_000);
    await context.waitForOrders(4, 120);
  }
}

async function eventLoopBlocked(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 3, 20); times > 0; times--) {
    const [service] = context.random(`services ${times}`).pick(1, participants);
    context.environment.blockEventLoop(service!, 12_000);
    context.recordInjection(`blocked the event loop of ${service}`);
    await context.delay(12_000);
    await context.waitForOrders(4, 120);
  }
}

/** The provider needs 7 s for the orders of one buyer: the outcomes of other buyers must not be delayed. Compares other buyers before and meanwhile. */
async function oneSlowKey(context: ScenarioContext): Promise<void> {
  const [slow, ...others] = context.load.buyers;
  // The payment service waits 5 s for a response: the first attempt fails, the second takes the remaining 2 s.
  const attemptsOf = new Map<string, number>();
  context.environment.provider.inject(({ path, body }) => {
    const id = [...attemptsOf.keys()].find((each) => body.includes(each));
    if (path !== '/takes' || id === undefined) return undefined;
    const attempts = attemptsOf.get(id)!;
    attemptsOf.set(id, attempts + 1);
    return [7_000, 2_000][attempts];
  });
  await context.load.stop();
  const milliseconds = context.byExtent(8_000, 15_000, 60_000);
  const buySlowly = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const order = await slow!.place({ ...slow!.randomPurchase(), method: 'sim_ok' });
      attemptsOf.set(order.orderId, 0);
      context.load.counts.accepted++;
      context.recordInjection('orders of 7 s');
      await slow!.waitForOutcome(order);
    }
  };
  const before = await waitsOf(context, others, performance.now() + milliseconds);
  const end = performance.now() + milliseconds;
  const [meanwhile] = await Promise.all([waitsOf(context, others, end), buySlowly(end)]);
  context.note(`other buyers waited ${spread(before)} before, and ${spread(meanwhile)} beside orders that take 7 s`);
  if (percentile(meanwhile, 0.5) > 2 * percentile(before, 0.5) + 500) throw new Error('the slow key delays other keys');
}

/** Milliseconds from order to outcome, sorted, of buyers that buy until `end`. */
async function waitsOf(context: ScenarioContext, buyers: readonly Buyer[], end: number): Promise<number[]> {
  const waits: number[] = [];
  await Promise.all(
    buyers.map(async (buyer) => {
      while (performance.now() < end) {
        const since = performance.now();
        const order = await buyer.place({ ...buyer.randomPurchase(), method: 'sim_ok' });
        context.load.counts.accepted++;
        await buyer.waitForOutcome(order);
        waits.push(performance.now() - since);
        await context.delay(300);
      }
    }),
  );
  return waits.sort((a, b) => a - b);
}

const percentile = (sorted: readonly number[], of: number): number => sorted[Math.floor((sorted.length - 1) * of)]!;
const spread = (sorted: readonly number[]): string =>
  `p50 ${(percentile(sorted, 0.5) / 1_000).toFixed(2)} s, p99 ${(percentile(sorted, 0.99) / 1_000).toFixed(2)} s (${sorted.length})`;

export const groups: readonly Fault[] = [
  { id: 'F22', title: 'instances join and leave', layout: 'usual', run: joinAndLeave },
  { id: 'F23', title: 'stopped in order repeatedly', layout: 'usual', run: stoppedInOrder },
  { id: 'F24', title: 'paused past the session timeout', layout: 'usual', run: pausedPastSessionTimeout },
  { id: 'F25', title: 'the event loop blocked for 12 s', layout: 'usual', run: eventLoopBlocked },
  { id: 'F26', title: 'one key takes 7 s', layout: 'usual', run: oneSlowKey },
];
