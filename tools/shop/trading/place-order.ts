import { countryCode } from '../retail/country-code.js';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlannedOrder } from '../retail/plan.js';
import type { Account } from './account.js';
import type { OrderView } from './api.js';
import { checkOutCart } from './check-out-cart.js';
import { UnexpectedAnswer } from './gateway-client.js';
import type { History } from './history.js';

export interface Customer {
  readonly account: Account;
  readonly userId: string;
  readonly name: string;
}

/** An order that the shop has accepted, with its result. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly total: number;
  readonly invoiced: number;
  /** The last status seen: `confirmed`, `rejected` and `cancelled` are outcomes. */
  status: string;
  reason?: string | undefined;
  wasConfirmed: boolean;
  /** Milliseconds from sending the checkout until the confirmation was seen. */
  confirmedAfter?: number;
}

export interface TradingContext {
  /** Product id by code. */
  readonly ids: ReadonlyMap<string, string>;
  readonly history: History;
  /** The longest time that an order may take to its outcome. */
  readonly outcomeTimeoutMs: number;
}

const hasOutcome = (status: string): boolean => ['confirmed', 'rejected', 'cancelled'].includes(status);

/** Fills the cart and checks out. The shop has then accepted the order; `since` is the time of the checkout. */
export async function checkOut(
  context: TradingContext,
  customer: Customer,
  order: PlannedOrder,
): Promise<{ order: PlacedOrder; since: number }> {
  const lines = order.lines.map(({ sku, quantity }) => ({ productId: context.ids.get(sku)!, quantity }));
  const { orderId, key, since } = await checkOutCart(customer.account, {
    lines,
    total: order.total,
    paymentMethod: order.paymentMethod,
    shippingAddress: addressOf(customer, order),
    facts: { userId: customer.userId, invoice: order.invoice, total: order.total },
  });
  context.history.write('outcome', {
    op: 'checkout',
    key,
    userId: customer.userId,
    orderId,
    total: order.total,
    status: 'accepted',
  });
  return {
    order: {
      orderId,
      total: order.total,
      invoiced: order.invoiced,
      status: 'pending',
      wasConfirmed: false,
    },
    since,
  };
}

/** An invented address: the data has only the country. */
const addressOf = (customer: Customer, { invoice, country }: PlannedOrder) => ({
  name: customer.name,
  line1: `${invoice} High Street`,
  city: 'London',
  postcode: 'N1 1AA',
  country: countryCode(country),
});

/** Waits for the outcome, up to the timeout. */
export async function awaitOutcome(
  context: TradingContext,
  customer: Customer,
  order: PlacedOrder,
  since: number,
): Promise<void> {
  await follow(context, customer, order, hasOutcome);
  if (order.status === 'confirmed') order.confirmedAfter = performance.now() - since;
}

/**
 * Requests the cancellation and waits for its result. The answer is 409 when the order was rejected meanwhile; throws
 * UnexpectedAnswer when the order is still confirmed.
 */
export async function cancel(context: TradingContext, customer: Customer, order: PlacedOrder): Promise<void> {
  const facts = { key: randomUUID(), userId: customer.userId, orderId: order.orderId };
  const path = `/orders/${order.orderId}/cancel`;
  const { status, repeated } = await customer.account.call({
    op: 'cancel',
    method: 'POST',
    path,
    headers: { 'idempotency-key': facts.key },
    facts,
    expect: [202, 409],
  });
  if (status === 202 || repeated)
    await follow(context, customer, order, (seen) => seen === 'cancelled' || seen === 'rejected');
  else await follow(context, customer, order, hasOutcome);
  if (order.status === 'confirmed')
    throw new UnexpectedAnswer(
      { method: 'POST', path },
      `answered ${status}, and the order is still confirmed`,
      status,
    );
}

async function follow(
  context: TradingContext,
  customer: Customer,
  order: PlacedOrder,
  settled: (status: string) => boolean,
): Promise<void> {
  const end = performance.now() + context.outcomeTimeoutMs;
  const call = {
    op: 'follow',
    method: 'GET',
    path: `/orders/${order.orderId}`,
    headers: { prefer: 'wait=10' },
    facts: { orderId: order.orderId },
    expect: [200],
  } as const;
  for (let round = 0; ; round++) {
    const { body } = await customer.account.call<OrderView>(call);
    order.status = body.status;
    order.reason = body.reason ?? undefined;
    order.wasConfirmed ||= body.status === 'confirmed' || Boolean(body.confirmedAt);
    if (settled(order.status) || performance.now() > end) break;
    // An order with an outcome is answered immediately, also while its cancellation is still running.
    await wait(Math.min(1_000, 50 * 2 ** round));
  }
  const { status, reason, orderId } = order;
  context.history.write('outcome', {
    op: 'follow',
    orderId,
    userId: customer.userId,
    status,
    ...(reason && { reason }),
    ...(!settled(status) && { settled: false }),
  });
}
