import { forEachConcurrently } from '../../../tools/shop/trading/concurrency.js';
import type { PlacedOrder } from '../../../tools/shop/trading/place-order.js';
import { instruct, openSaga } from '@tradewind/operations';
import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';
import type { Buyer } from '../load/buyer.js';

const buyerOf = (context: ScenarioContext, at: number): Buyer => context.load.buyers[at % context.load.buyers.length]!;

/** Places an order besides the load, with this payment method. */
async function placeOrder(
  context: ScenarioContext,
  at: number,
  method: string,
): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  const buyer = buyerOf(context, at);
  const order = await buyer.place({ ...buyer.randomPurchase(), method });
  context.load.counts.accepted++;
  return { buyer, order };
}

/** Places orders until one is confirmed: a random purchase may be sold out. */
async function placeConfirmedOrder(
  context: ScenarioContext,
  at: number,
): Promise<{ buyer: Buyer; order: PlacedOrder }> {
  for (let attempt = 1; ; attempt++) {
    const { buyer, order } = await placeOrder(context, at, 'sim_ok');
    await buyer.waitForOutcome(order);
    if (order.status === 'confirmed') return { buyer, order };
    if (attempt === 20)
      throw new Error(`none of twenty orders was confirmed; the last, ${order.orderId}, is ${order.status}`);
  }
}

/** An operator's action on the saga: `expire` acts like the timeout, `retry` publishes the command again. False when the saga has ended meanwhile. */
async function instructSaga(
  context: ScenarioContext,
  order: PlacedOrder,
  action: 'expire' | 'retry',
): Promise<boolean> {
  try {
    const saga = await openSaga(context.shop.databases, order.orderId);
    await instruct(context.shop.databases, saga, action, context.fault);
    return true;
  } catch (error) {
    if ((error as Error).name === 'OperatorError') return false;
    throw error;
  }
}

/** Duplicate commands get duplicate replies; a step that is given up while its reply is under way gets it late; both in one saga. */
async function duplicateAndLateReplies(context: ScenarioContext): Promise<void> {
  const orders = Array.from({ length: context.byExtent(10, 40, 400) }, (_, index) => index);
  const random = context.random('replies');
  await forEachConcurrently(8, orders, async (at) => {
    const { buyer, order } = await placeOrder(context, at, random.pick(1, ['sim_slow', 'sim_ok', 'sim_flaky'])[0]!);
    await context.delay(random.fraction() * 400);
    if (await instructSaga(context, order, 'retry')) context.recordInjection('commands published again');
    await context.delay(random.fraction() * 400);
    if (random.fraction() < 0.5 && (await instructSaga(context, order, 'expire')))
      context.recordInjection('steps expired');
    await buyer.waitForOutcome(order);
  });
}

async function cancelDuringConfirm(context: ScenarioContext): Promise<void> {
  const orders = Array.from({ length: context.byExtent(20, 150, 10_000) }, (_, index) => index);
  const random = context.random('cancels');
  const ends = new Map<string, number>();
  await forEachConcurrently(8, orders, async (at) => {
    const { buyer, order } = await placeOrder(context, at, 'sim_ok');
    await context.delay(random.fraction() * 500);
    await buyer.cancel(order);
    const end = order.wasConfirmed ? `${order.status} after its confirmation` : order.status;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    context.recordInjection('cancelled near the confirmation');
  });
  context.note([...ends].map(([end, times]) => `${times} ${end}`).join(', '));
}

/** The provider responds after 3 s; the step is expired at that moment. */
async function timeoutDuringReply(context: ScenarioContext): Promise<void> {
  const orders = Array.from({ length: context.byExtent(8, 40, 5_000) }, (_, index) => index);
  const random = context.random('timeouts');
  const ends = new Map<string, number>();
  await forEachConcurrently(16, orders, async (at) => {
    const { buyer, order } = await placeOrder(context, at, 'sim_slow');
    await context.delay(2_500 + random.fraction() * 1_200);
    if (await instructSaga(context, order, 'expire')) context.recordInjection('expired near the reply');
    await buyer.waitForOutcome(order);
    ends.set(order.status, (ends.get(order.status) ?? 0) + 1);
  });
  context.note([...ends].map(([end, times]) => `${times} ${end}`).join(', '));
}

async function responseLostAfterCapture(context: ScenarioContext): Promise<void> {
  const { provider } = context.environment;
  const random = context.random('responses');
  provider.inject(({ method }) => (method === 'POST' && random.fraction() < 0.4 ? 'response lost' : undefined));
  for (let times = context.byExtent(1, 3, 10); times > 0; times--) {
    await context.waitForOrders(5, 120);
    context.kill('payment');
  }
  await context.waitForOrders(10, 120);
  context.recordInjection('provider responses lost', provider.hits);
}

/** The provider is down, returns garbage or status 500, or is slow, one after another. */
async function badProvider(context: ScenarioContext): Promise<void> {
  const { provider } = context.environment;
  const random = context.random('provider');
  for (const fault of ['down', 'garbage response', 'status 500', 2_500] as const) {
    provider.inject(() => (random.fraction() < 0.7 ? fault : undefined));
    await context.delay(context.byExtent(2_000, 6_000, 30_000));
    context.recordInjection(`provider ${fault === 2_500 ? 'slow' : fault}`, provider.hits);
  }
  provider.heal();
  await context.waitForOrders(8, 120);
}

/** The refund of a cancelled order fails many times before it succeeds. */
async function compensationFails(context: ScenarioContext): Promise<void> {
  const failures = context.byExtent(4, 8, 20);
  const attemptsOf = new Map<string, number>();
  context.environment.provider.inject(({ method, path, body }) => {
    if (method !== 'POST' || path !== '/refunds') return undefined;
    const { key } = JSON.parse(body) as { key: string };
    const attempt = (attemptsOf.get(key) ?? 0) + 1;
    attemptsOf.set(key, attempt);
    return attempt <= failures ? 'status 500' : undefined;
  });
  const orders = Array.from({ length: 4 }, (_, index) => index);
  await forEachConcurrently(4, orders, async (at) => {
    const { buyer, order } = await placeConfirmedOrder(context, at);
    await buyer.cancel(order);
    if (order.status !== 'cancelled')
      throw new Error(`the order ${order.orderId} is ${order.status}, expected cancelled`);
    context.recordInjection('compensations after failures');
  });
  context.recordInjection('failed refunds', context.environment.provider.hits);
}

export const replies: readonly Fault[] = [
  {
    id: 'F29',
    title: 'replies duplicated, late, after the step expired',
    layout: 'usual',
    run: duplicateAndLateReplies,
  },
  { id: 'F30', title: 'cancelled at the moment of the confirmation', layout: 'usual', run: cancelDuringConfirm },
  { id: 'F31', title: 'expired at the moment of the reply', layout: 'usual', run: timeoutDuringReply },
  { id: 'F32', title: 'the response lost after the payment was taken', layout: 'usual', run: responseLostAfterCapture },
  { id: 'F33', title: 'the provider down, slow, returning garbage', layout: 'usual', run: badProvider },
  { id: 'F34', title: 'a compensation that fails repeatedly', layout: 'usual', run: compensationFails },
];
