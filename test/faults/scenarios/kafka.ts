import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

const ready = (stage: Stage): Promise<unknown> =>
  stage.until('everything to be ready', () => stage.shop.untilReady(5_000).then(() => true), 120);

async function killBroker(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 4, 10); times > 0; times--) {
    await stage.trade(2);
    stage.kill('kafka');
    await stage.trade(3, 120);
  }
}

/** Accepting needs only the database; afterwards the outboxes drain faster than orders come. */
async function brokerAway(stage: Stage): Promise<void> {
  const seconds = stage.times(10, 45, 300);
  await stage.shop.stopOne('kafka');
  stage.hit('stopped kafka');
  const before = stage.load.counts.accepted;
  const extra = await ordersAtOnce(stage, seconds);
  const during = stage.load.counts.accepted - before + extra.accepted;
  if (during === 0) throw new Error('no order was accepted while the broker was away');
  await stage.shop.startOne('kafka');
  stage.hit('started kafka');
  const since = performance.now();
  await extra.settled;
  const drained = (performance.now() - since) / 1_000;
  stage.note(
    `${during} orders accepted in ${seconds} s without the broker; all had their outcome ${drained.toFixed(1)} s after it came back`,
  );
  const patience = Math.max(30, seconds / 2);
  if (drained > patience)
    throw new Error(
      `what had gathered in ${seconds} s took ${drained.toFixed(1)} s to drain, and half of that time (at least 30 s) was allowed`,
    );
}

/** Buyers wait for one order before the next, so the outage needs orders besides theirs: one a second, each accepted at once. */
async function ordersAtOnce(stage: Stage, seconds: number): Promise<{ accepted: number; settled: Promise<unknown> }> {
  const followed: Promise<unknown>[] = [];
  const end = performance.now() + seconds * 1_000;
  const [buyer] = stage.load.buyers;
  let accepted = 0;
  while (performance.now() < end) {
    const order = await buyer!.placeAny();
    accepted++;
    followed.push(buyer!.follow(order));
    await stage.pass(500);
  }
  return { accepted, settled: Promise.all(followed) };
}

async function brokerPaused(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 1, 3); times > 0; times--) {
    await stage.trade(2);
    await stage.freeze('kafka', stage.times(12_000, 20_000, 20_000));
    await stage.trade(5, 120);
  }
}

const brokers = ['kafka', 'kafka-2', 'kafka-3'] as const;

async function rollingKill(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 2, 10); times > 0; times--) {
    for (const broker of brokers) {
      await stage.trade(2, 120);
      stage.kill(broker);
      await stage.trade(2, 120);
      await stage.shop.startOne(broker);
      await stage.pass(2_000); // it must be back in sync before the next one goes, or two would be down
    }
  }
}

/** Fewer than min.insync.replicas: nothing can be acknowledged, so nothing may be marked as published. */
async function twoDown(stage: Stage): Promise<void> {
  await Promise.all(['kafka-2', 'kafka-3'].map((name) => stage.shop.stopOne(name)));
  stage.hit('stopped two brokers of three');
  await stage.pass(stage.times(8_000, 15_000, 60_000));
  await Promise.all(['kafka-2', 'kafka-3'].map((name) => stage.shop.startOne(name)));
  stage.hit('started them again');
  await stage.trade(5, 120);
  await ready(stage);
}

export const kafka: readonly Fault[] = [
  { id: 'F09', title: 'the broker killed again and again', layout: 'usual', play: killBroker },
  { id: 'F10', title: 'the broker away', layout: 'usual', play: brokerAway },
  { id: 'F11', title: 'the broker paused', layout: 'usual', play: brokerPaused },
  { id: 'F12', title: 'three brokers, killed one after another', layout: 'three brokers', play: rollingKill },
  { id: 'F13', title: 'two brokers of three down', layout: 'three brokers', play: twoDown },
];
