import { serviceNames } from '../../../tools/services.js';
import type { Fault } from '../environment/fault.js';
import { participants } from '../environment/layouts.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

const edge = ['user', 'cart', 'gateway'];

/** Kills each service several times while the shop trades, in an order that the seed decides. */
const killEach =
  (victims: readonly string[]) =>
  async (context: ScenarioContext): Promise<void> => {
    const times = context.byExtent(1, 6, 30);
    const random = context.random('victims');
    const plan = victims
      .flatMap((victim) => Array.from({ length: times }, () => ({ victim, at: random.fraction() })))
      .sort((a, b) => a.at - b.at);
    for (const { victim } of plan) {
      await context.delay(random.fraction() * 700);
      context.kill(victim);
      await context.waitForOrders(1);
    }
    await context.shop.untilReady();
  };

/** Kills in a row before the test waits for orders: a shop that is always down cannot lose anything. */
const inARow = 5;

/** Kills services, relay leaders, the broker and the database, as the seed decides. */
async function killAnything(context: ScenarioContext): Promise<void> {
  const kills = context.byExtent(6, 200, 200);
  const random = context.random('kills');
  for (let done = 0; done < kills;) {
    await context.delay(300 + random.fraction() * 1_500);
    const draw = random.fraction();
    const victim =
      draw < 0.06
        ? 'kafka'
        : draw < 0.12
          ? 'postgres'
          : draw < 0.25
            ? await leader(context, random.pick(1, ['order', 'product', 'payment', 'cart'] as const)[0]!)
            : random.pick(1, serviceNames)[0]!;
    if (!context.kill(victim)) continue;
    done++;
    if (done % inARow === 0) await context.waitForOrders(2, 150);
    if (done % 20 === 0)
      context.log(`${context.fault}: ${done} of ${kills} kills, ${context.load.counts.settled} orders settled`);
  }
  await context.waitFor('everything to be ready', () => context.shop.untilReady(5_000).then(() => true), 120);
}

/** The relay leader, or the first instance without one. */
const leader = (context: ScenarioContext, service: 'order' | 'product' | 'payment' | 'cart'): Promise<string> =>
  context.relayLeaderOf(service).catch(() => service);

async function killEverything(context: ScenarioContext): Promise<void> {
  const times = context.byExtent(1, 4, 50);
  for (let done = 0; done < times; done++) {
    await context.waitForOrders(3, 120);
    for (const { name } of context.shop.instances) context.kill(name);
    for (const name of ['kafka', 'postgres', 'provider']) context.kill(name);
    await context.waitFor('everything to be ready', () => context.shop.untilReady(10_000).then(() => true), 120);
    const readyAt = performance.now();
    await context.waitForOrders(context.load.buyers.length, 90);
    context.note(
      `everything killed at once: every buyer had an outcome ${((performance.now() - readyAt) / 1_000).toFixed(1)} s after the restart`,
    );
  }
}

export const killed: readonly Fault[] = [
  { id: 'F01', title: 'user, cart and gateway killed at random', layout: 'usual', run: killEach(edge) },
  { id: 'F02', title: 'the services of the saga killed at random', layout: 'usual', run: killEach(participants) },
  { id: 'F50', title: 'everything killed at once', layout: 'usual', run: killEverything },
  {
    id: 'K200',
    title: 'services, relay leaders, broker and database killed at random',
    layout: 'usual',
    run: killAnything,
  },
];
