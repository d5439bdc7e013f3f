import { atOnce } from '../../../tools/shop/play/at-once.js';
import type { PlacedOrder } from '../../../tools/shop/play/place-order.js';
import { instruct, openSaga } from '../../../tools/ops/operator/sagas.js';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';
import type { Buyer } from '../load/buyer.js';

const buyerOf = (stage: Stage, at: number): Buyer => stage.load.buyers[at % stage.load.buyers.length]!;

/** An order of its own besides the load, paid so; counted like the others. */
async function ordered(stage: Stage, at: number, method: string): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = buyerOf(stage, at);
  const order = await buyer.place({ ...buyer.wish(), method });
  stage.load.counts.accepted++;
  return { buyer, order };
}

/** One that is confirmed: what a buyer wishes for may be sold out by now. */
async function confirmed(stage: Stage, at: number): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  for (let tries = 1; ; tries++) {
    const { buyer, order } = await ordered(stage, at, 'sim_ok');
    await buyer.follow(order);
    if (order.status === 'confirmed') return { buyer, order };
    if (tries === 20)
      throw new Error(`the order ${order.orderId} was the twentieth that was to be confirmed, and is ${order.status}`);
  }
}

/** As an operator does it: `push` acts as the deadline would, `retry` says the command again. False where the saga has ended meanwhile. */
async function tell(stage: Stage, order: PlacedOrder, action: 'push' | 'retry'): Promise<boolean> {
  try {
    const saga = await openSaga(stage.shop.databases, order.orderId);
    await instruct(stage.shop.databases, saga, action, stage.fault);
    return true;
  } catch (error) {
    if ((error as Error).name === 'CannotDo') return false;
    throw error;
  }
}

/** Commands said twice are answered twice; a step given up while its answer is on the way gets it late; both in one story. */
async function repliesOutOfPlace(stage: Stage): Promise<void> {
  const orders = Array.from({ length: stage.times(10, 40, 400) }, (_, index) => index);
  const chance = stage.chance('replies');
  await atOnce(8, orders, async (at) => {
    const { buyer, order } = await ordered(stage, at, chance.pick(1, ['sim_slow', 'sim_ok', 'sim_flaky'])[0]!);
    await stage.pass(chance.fraction() * 400);
    if (await tell(stage, order, 'retry')) stage.hit('commands said again');
    await stage.pass(chance.fraction() * 400);
    if (chance.fraction() < 0.5 && (await tell(stage, order, 'push'))) stage.hit('steps given up');
    await buyer.follow(order);
  });
}

async function cancelAgainstConfirm(stage: Stage): Promise<void> {
  const orders = Array.from({ length: stage.times(20, 150, 10_000) }, (_, index) => index);
  const chance = stage.chance('cancels');
  const ends = new Map<string, number>();
  await atOnce(8, orders, async (at) => {
    const { buyer, order } = await ordered(stage, at, 'sim_ok');
    await stage.pass(chance.fraction() * 500);
    await buyer.cancel(order);
    const end = order.wasConfirmed ? `${order.status} after its confirmation` : order.status;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    stage.hit('cancelled near the confirmation');
  });
  stage.note([...ends].map(([end, times]) => `${times} ${end}`).join(', '));
}

/** The provider answers after three seconds; the step is given up just then. */
async function deadlineAgainstAnswer(stage: Stage): Promise<void> {
  const orders = Array.from({ length: stage.times(8, 40, 5_000) }, (_, index) => index);
  const chance = stage.chance('deadlines');
  const ends = new Map<string, number>();
  await atOnce(16, orders, async (at) => {
    const { buyer, order } = await ordered(stage, at, 'sim_slow');
    await stage.pass(2_500 + chance.fraction() * 1_200);
    if (await tell(stage, order, 'push')) stage.hit('given up near the answer');
    await buyer.follow(order);
    ends.set(order.status, (ends.get(order.status) ?? 0) + 1);
  });
  stage.note([...ends].map(([end, times]) => `${times} ${end}`).join(', '));
}

async function answerLostAfterCapture(stage: Stage): Promise<void> {
  const { provider } = stage.ground;
  const chance = stage.chance('answers');
  provider.be(({ method }) => (method === 'POST' && chance.fraction() < 0.4 ? 'loses its answer' : undefined));
  for (let times = stage.times(1, 3, 10); times > 0; times--) {
    await stage.trade(5, 120);
    stage.kill('payment');
  }
  await stage.trade(10, 120);
  stage.hit('answers of the provider lost', provider.hits);
}

/** Down, slow, talking nonsense: one after another, then all at once. */
async function badProvider(stage: Stage): Promise<void> {
  const { provider } = stage.ground;
  const chance = stage.chance('moods');
  for (const mood of ['down', 'answers garbage', 'answers 500', 2_500] as const) {
    provider.be(() => (chance.fraction() < 0.7 ? mood : undefined));
    await stage.pass(stage.times(2_000, 6_000, 30_000));
    stage.hit(`provider ${mood === 2_500 ? 'slow' : mood}`, provider.hits);
  }
  provider.heal();
  await stage.trade(8, 120);
}

/** Of every order that is undone, the money is given back only at the twenty-first try. */
async function undoFails(stage: Stage): Promise<void> {
  const failures = stage.times(4, 8, 20);
  const tries = new Map<string, number>();
  stage.ground.provider.be(({ method, path, body }) => {
    if (method !== 'POST' || path !== '/refunds') return undefined;
    const { key } = JSON.parse(body) as { key: string };
    const tried = (tries.get(key) ?? 0) + 1;
    tries.set(key, tried);
    return tried <= failures ? 'answers 500' : undefined;
  });
  const orders = Array.from({ length: 4 }, (_, index) => index);
  await atOnce(4, orders, async (at) => {
    const { buyer, order } = await confirmed(stage, at);
    await buyer.cancel(order);
    if (order.status !== 'cancelled')
      throw new Error(`the order ${order.orderId} was to be cancelled, and is ${order.status}`);
    stage.hit('undone after failures', 1);
  });
  stage.hit('refunds that failed', stage.ground.provider.hits);
}

export const replies: readonly Fault[] = [
  { id: 'F29', title: 'replies doubled, late, after the step was given up', layout: 'usual', play: repliesOutOfPlace },
  { id: 'F30', title: 'cancelled at the moment of the confirmation', layout: 'usual', play: cancelAgainstConfirm },
  { id: 'F31', title: 'given up at the moment of the answer', layout: 'usual', play: deadlineAgainstAnswer },
  { id: 'F32', title: 'the answer lost after the money was taken', layout: 'usual', play: answerLostAfterCapture },
  { id: 'F33', title: 'the provider down, slow, talking nonsense', layout: 'usual', play: badProvider },
  { id: 'F34', title: 'an undo that fails again and again', layout: 'usual', play: undoFails },
];
