import { countryCode } from '../retail/country-code.js';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlannedOrder } from '../retail/plan.js';
import type { Account } from './account.js';
import { pounds, type OrderView } from './api.js';
import { fillCart } from './fill-cart.js';
import { Unexpected } from './gateway-client.js';
import type { History } from './history.js';

export interface Customer {
  readonly account: Account;
  readonly userId: string;
  readonly name: string;
}

/** An order that the shop has accepted, and what became of it. */
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

export interface Counter {
  /** Product id by code. */
  readonly ids: ReadonlyMap<string, string>;
  readonly history: History;
  /** How long an order may take to its outcome, in milliseconds. */
  readonly patience: number;
}

const hasOutcome = (status: string): boolean => ['confirmed', 'rejected', 'cancelled'].includes(status);

/** Fills the cart and checks out, `since` when. The order is in the shop's hands then, without an outcome yet. */
export async function checkOut(
  counter: Counter,
  customer: Customer,
  order: PlannedOrder,
): Promise<{ order: PlacedOrder; since: number }> {
  const lines = order.lines.map(({ sku, quantity }) => ({ productId: counter.ids.get(sku)!, quantity }));
  await fillCart(customer.account, lines, order.total);
  const key = randomUUID();
  const since = performance.now();
  const { body } = await customer.account.call<{ orderId: string }>({
    op: 'checkout',
    method: 'POST',
    path: '/cart/checkout',
    headers: { 'idempotency-key': key },
    body: {
      paymentMethod: order.paymentMethod,
      shippingAddress: addressOf(customer, order),
      expectedTotal: pounds(order.total),
    },
    about: { key, userId: customer.userId, invoice: order.invoice, total: order.total },
    expect: [202],
  });
  counter.history.write('outcome', {
    op: 'checkout',
    key,
    userId: customer.userId,
    orderId: body.orderId,
    total: order.total,
    status: 'accepted',
  });
  return {
    order: {
      orderId: body.orderId,
      total: order.total,
      invoiced: order.invoiced,
      status: 'pending',
      wasConfirmed: false,
    },
    since,
  };
}

/** The data has no addresses but the country; the house number is the invoice's. */
const addressOf = (customer: Customer, { invoice, country }: PlannedOrder) => ({
  name: customer.name,
  line1: `${invoice} High Street`,
  city: 'London',
  postcode: 'N1 1AA',
  country: countryCode(country),
});

/** Waits for the outcome, or until patience is at its end. */
export async function awaitOutcome(
  counter: Counter,
  customer: Customer,
  order: PlacedOrder,
  since: number,
): Promise<void> {
  await follow(counter, customer, order, hasOutcome);
  if (order.status === 'confirmed') order.confirmedAfter = performance.now() - since;
}

/**
 * Asks for cancellation and waits for what comes of it. Refused (409) is the answer when the order was rejected meanwhile;
 * throws Unexpected when it is refused although the order stands.
 */
export async function cancel(counter: Counter, customer: Customer, order: PlacedOrder): Promise<void> {
  const about = { key: randomUUID(), userId: customer.userId, orderId: order.orderId };
  const path = `/orders/${order.orderId}/cancel`;
  const { status, repeated } = await customer.account.call({
    op: 'cancel',
    method: 'POST',
    path,
    headers: { 'idempotency-key': about.key },
    about,
    expect: [202, 409],
  });
  if (status === 202 || repeated)
    await follow(counter, customer, order, (seen) => seen === 'cancelled' || seen === 'rejected');
  else await follow(counter, customer, order, hasOutcome);
  if (order.status === 'confirmed')
    throw new Unexpected({ method: 'POST', path }, `answered ${status}, and the order is still confirmed`, status);
}

async function follow(
  counter: Counter,
  customer: Customer,
  order: PlacedOrder,
  settled: (status: string) => boolean,
): Promise<void> {
  const end = performance.now() + counter.patience;
  const call = {
    op: 'follow',
    method: 'GET',
    path: `/orders/${order.orderId}`,
    headers: { prefer: 'wait=10' },
    about: { orderId: order.orderId },
    expect: [200],
  } as const;
  for (let round = 0; ; round++) {
    const { body } = await customer.account.call<OrderView>(call);
    order.status = body.status;
    order.reason = body.reason ?? undefined;
    order.wasConfirmed ||= body.status === 'confirmed' || Boolean(body.confirmedAt);
    if (settled(order.status) || performance.now() > end) break;
    // An order that has its outcome already is answered at once, though its cancellation is still under way.
    await wait(Math.min(1_000, 50 * 2 ** round));
  }
  const { status, reason, orderId } = order;
  counter.history.write('outcome', {
    op: 'follow',
    orderId,
    userId: customer.userId,
    status,
    ...(reason && { reason }),
    ...(!settled(status) && { settled: false }),
  });
}
