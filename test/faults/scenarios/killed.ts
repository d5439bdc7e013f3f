import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

const edge = ['user', 'cart', 'gateway'];
const participants = ['product', 'order', 'payment'];

/** Each so many times, in an order that the seed gives, each in the middle of trading. */
const killEach =
  (victims: readonly string[]) =>
  async (stage: Stage): Promise<void> => {
    const times = stage.times(1, 6, 30);
    const chance = stage.chance('victims');
    const plan = victims
      .flatMap((victim) => Array.from({ length: times }, () => ({ victim, at: chance.fraction() })))
      .sort((a, b) => a.at - b.at);
    for (const { victim } of plan) {
      await stage.pass(chance.fraction() * 700);
      stage.kill(victim);
      await stage.trade(1);
    }
    await stage.shop.untilReady();
  };

/** Kills in a row, ready or not, before the buyers get on a little: what is always down has nothing to lose. */
const inARow = 5;

/** Services, the leaders of relays, the broker and the database: whoever the seed points at. */
async function killAnybody(stage: Stage): Promise<void> {
  const blows = stage.times(6, 200, 200);
  const chance = stage.chance('blows');
  const services = [...edge, ...participants];
  for (let dealt = 0; dealt < blows;) {
    await stage.pass(300 + chance.fraction() * 1_500);
    const draw = chance.fraction();
    const victim =
      draw < 0.06
        ? 'kafka'
        : draw < 0.12
          ? 'postgres'
          : draw < 0.25
            ? await leader(stage, chance.pick(1, ['order', 'product', 'payment', 'cart'] as const)[0]!)
            : chance.pick(1, services)[0]!;
    if (!stage.kill(victim)) continue;
    dealt++;
    if (dealt % inARow === 0) await stage.trade(2, 150);
    if (dealt % 20 === 0)
      stage.say(`${stage.fault}: ${dealt} of ${blows} killed, ${stage.load.counts.settled} orders settled`);
  }
  await stage.until('everything to be ready', () => stage.shop.untilReady(5_000).then(() => true), 120);
}

/** Whoever leads now; where nobody does, the first instance. */
const leader = (stage: Stage, service: 'order' | 'product' | 'payment' | 'cart'): Promise<string> =>
  stage.leaderOf(service).catch(() => service);

async function killEverything(stage: Stage): Promise<void> {
  const times = stage.times(1, 4, 50);
  for (let dealt = 0; dealt < times; dealt++) {
    await stage.trade(3, 120);
    for (const { name } of stage.shop.instances) stage.kill(name);
    for (const name of ['kafka', 'postgres', 'provider']) stage.kill(name);
    await stage.until('everything to be ready', () => stage.shop.untilReady(10_000).then(() => true), 120);
    const ready = performance.now();
    await stage.trade(stage.load.buyers.length, 90);
    stage.note(
      `everything killed at once: all buyers had an outcome ${((performance.now() - ready) / 1_000).toFixed(1)} s after the boot`,
    );
  }
}

export const killed: readonly Fault[] = [
  { id: 'F01', title: 'the services at the edge killed at random', layout: 'usual', play: killEach(edge) },
  { id: 'F02', title: 'the services of the saga killed at random', layout: 'usual', play: killEach(participants) },
  { id: 'F50', title: 'everything killed at once', layout: 'usual', play: killEverything },
  {
    id: 'K200',
    title: 'anybody killed at random: services, relays, broker, database',
    layout: 'usual',
    play: killAnybody,
  },
];
