import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';
import type { Buyer } from '../load/buyer.js';

const scaled = ['order', 'product', 'payment'] as const;
const furtherInstances = (stage: Stage): string[] =>
  stage.shop.instances.map(({ name }) => name).filter((name) => /-\d$/.test(name));

/** Instances leave and join every few seconds; one of each service stays. */
async function comeAndGo(stage: Stage): Promise<void> {
  const chance = stage.chance('who');
  const away = new Set<string>();
  for (let times = stage.times(4, 14, 120); times > 0; times--) {
    const [name] = chance.pick(1, furtherInstances(stage));
    if (away.delete(name!)) {
      await stage.shop.startOne(name!);
      stage.hit('joined');
    } else {
      await stage.shop.stopOne(name!);
      away.add(name!);
      stage.hit('left');
    }
    await stage.pass(chance.fraction() * stage.times(1_000, 4_000, 5_000));
  }
  for (const name of away) await stage.shop.startOne(name);
}

/** A stop in good order commits what was handled: next to nothing comes again. */
async function stoppedPolitely(stage: Stage): Promise<void> {
  const chance = stage.chance('who');
  for (let times = stage.times(3, 12, 100); times > 0; times--) {
    const [name] = chance.pick(1, ['order', 'product', 'payment', 'cart', 'user', 'gateway']);
    await stage.shop.stopOne(name!);
    stage.hit('SIGTERM');
    await stage.shop.startOne(name!);
    await stage.trade(1);
  }
}

/** Longer than the group waits for a member: others have its partitions when it wakes up, and what it holds is stale. */
async function pausedPastTheSession(stage: Stage): Promise<void> {
  const chance = stage.chance('who');
  for (let times = stage.times(1, 3, 20); times > 0; times--) {
    const [service] = chance.pick(1, scaled);
    const name = chance.fraction() < 0.5 ? service! : `${service}-2`;
    await stage.freeze(name, 14_000);
    await stage.trade(4, 120);
  }
}

async function loopBlocked(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 3, 20); times > 0; times--) {
    const [service] = stage.chance(`who ${times}`).pick(1, scaled);
    stage.ground.block(service!, 12_000);
    stage.hit(`blocked the loop of ${service}`);
    await stage.pass(12_000);
    await stage.trade(4, 120);
  }
}

/** The provider takes seven seconds for one buyer's orders: nobody else notices. The same buyers are asked before and beside it. */
async function oneSlowKey(stage: Stage): Promise<void> {
  const [slow, ...others] = stage.load.buyers;
  // The payment service gives an answer five seconds: the first try is in vain, the second takes the rest.
  const triesOf = new Map<string, number>();
  stage.ground.provider.be(({ path, body }) => {
    const id = [...triesOf.keys()].find((each) => body.includes(each));
    if (path !== '/takes' || id === undefined) return undefined;
    const tries = triesOf.get(id)!;
    triesOf.set(id, tries + 1);
    return [7_000, 2_000][tries];
  });
  await stage.load.stop();
  const milliseconds = stage.times(8_000, 15_000, 60_000);
  const slowly = async (until: number): Promise<void> => {
    while (performance.now() < until) {
      const order = await slow!.place({ ...slow!.wish(), method: 'sim_ok' });
      triesOf.set(order.orderId, 0);
      stage.load.counts.accepted++;
      stage.hit('orders of seven seconds');
      await slow!.follow(order);
    }
  };
  const before = await waitsOf(stage, others, performance.now() + milliseconds);
  const end = performance.now() + milliseconds;
  const [beside] = await Promise.all([waitsOf(stage, others, end), slowly(end)]);
  stage.note(
    `other buyers waited ${spread(before)} before, and ${spread(beside)} beside orders that take seven seconds`,
  );
  if (share(beside, 0.5) > 2 * share(before, 0.5) + 500) throw new Error('the slow key holds up the others');
}

/** Milliseconds from the wish to the outcome, rising, of buyers who buy until then. */
async function waitsOf(stage: Stage, buyers: readonly Buyer[], end: number): Promise<number[]> {
  const waits: number[] = [];
  await Promise.all(
    buyers.map(async (buyer) => {
      while (performance.now() < end) {
        const since = performance.now();
        const order = await buyer.place({ ...buyer.wish(), method: 'sim_ok' });
        stage.load.counts.accepted++;
        await buyer.follow(order);
        waits.push(performance.now() - since);
        await stage.pass(300);
      }
    }),
  );
  return waits.sort((a, b) => a - b);
}

const share = (sorted: readonly number[], of: number): number => sorted[Math.floor((sorted.length - 1) * of)]!;
const spread = (sorted: readonly number[]): string =>
  `p50 ${(share(sorted, 0.5) / 1_000).toFixed(2)} s, p99 ${(share(sorted, 0.99) / 1_000).toFixed(2)} s (${sorted.length})`;

export const groups: readonly Fault[] = [
  { id: 'F22', title: 'instances come and go', layout: 'usual', play: comeAndGo },
  { id: 'F23', title: 'stopped in good order again and again', layout: 'usual', play: stoppedPolitely },
  { id: 'F24', title: 'paused past the session time-out', layout: 'usual', play: pausedPastTheSession },
  { id: 'F25', title: 'the event loop blocked for 12 s', layout: 'usual', play: loopBlocked },
  { id: 'F26', title: 'one key takes seven seconds', layout: 'usual', play: oneSlowKey },
];
