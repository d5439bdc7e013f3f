import { randomUUID } from 'node:crypto';
import { pounds } from '../../../tools/shop/trading/api.js';
import { fillCart } from '../../../tools/shop/trading/fill-cart.js';
import type { Purchase } from '../load/buyer.js';
import type { BugContext } from './bug-context.js';

const address = { name: 'Ada', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };

/** One piece of the first product. */
export function aPurchase({ load }: BugContext, method = 'sim_ok'): Purchase {
  const [{ productId, price }] = load.goods as [BugContext['load']['goods'][number]];
  return { lines: [{ productId, quantity: 1 }], total: price, method };
}

/** Places an order with `POST /orders`: it is in the order service. */
export async function order(context: BugContext, method = 'sim_ok', number = 0): Promise<string> {
  return (await context.load.buyers[number]!.place(aPurchase(context, method))).orderId;
}

/** Checks out a cart: the cart service has accepted the order, the order service has not consumed it yet. */
export async function checkOut(context: BugContext, number = 0): Promise<string> {
  const { account, customer } = context.load.buyers[number]!;
  const { lines, total, method } = aPurchase(context);
  await fillCart(account, lines, total);
  const key = randomUUID();
  const { body } = await account.call<{ orderId: string }>({
    op: 'checkout',
    method: 'POST',
    path: '/cart/checkout',
    headers: { 'idempotency-key': key },
    body: { paymentMethod: method, shippingAddress: address, expectedTotal: pounds(total) },
    facts: { key, userId: customer.userId, total },
    expect: [202],
  });
  context.load.history.write('outcome', {
    op: 'checkout',
    key,
    userId: customer.userId,
    orderId: body.orderId,
    total,
    status: 'accepted',
  });
  return body.orderId;
}

export async function cancel({ load }: BugContext, orderId: string, number = 0): Promise<void> {
  await load.buyers[number]!.account.call({
    op: 'cancel',
    method: 'POST',
    path: `/orders/${orderId}/cancel`,
    facts: { orderId },
    expect: [202],
  });
}

/** Waits until the order has the status. */
export async function waitForStatus(context: BugContext, orderId: string, status: string): Promise<void> {
  await context.waitForRow('order', 'select 1 as there from orders where order_id = $1 and status = $2', [
    orderId,
    status,
  ]);
}
