import { randomUUID } from 'node:crypto';
import { pounds } from '../../../../tools/shop/play/api.js';
import { fillCart } from '../../../../tools/shop/play/fill-cart.js';
import type { Wish } from '../../load/buyer.js';
import type { Scene } from './scene.js';

const address = { name: 'Ada', line1: '1 High Street', city: 'London', postcode: 'N1 1AA', country: 'GB' };

/** One piece of the first article. */
export function aWish({ load }: Scene, method = 'sim_ok'): Wish {
  const [{ productId, price }] = load.goods as [Scene['load']['goods'][number]];
  return { lines: [{ productId, quantity: 1 }], total: price, method };
}

/** An order by `POST /orders`: the order service has it. */
export async function order(scene: Scene, method = 'sim_ok', number = 0): Promise<string> {
  return (await scene.load.buyers[number]!.place(aWish(scene, method))).orderId;
}

/** An order by way of the cart: the cart service has it, and the order service is to hear of it. */
export async function checkOut(scene: Scene, number = 0): Promise<string> {
  const { account, customer } = scene.load.buyers[number]!;
  const { lines, total, method } = aWish(scene);
  await fillCart(account, lines, total);
  const key = randomUUID();
  const { body } = await account.call<{ orderId: string }>({
    op: 'checkout',
    method: 'POST',
    path: '/cart/checkout',
    headers: { 'idempotency-key': key },
    body: { paymentMethod: method, shippingAddress: address, expectedTotal: pounds(total) },
    about: { key, userId: customer.userId, total },
    expect: [202],
  });
  scene.load.history.write('outcome', {
    op: 'checkout',
    key,
    userId: customer.userId,
    orderId: body.orderId,
    total,
    status: 'accepted',
  });
  return body.orderId;
}

export async function cancel({ load }: Scene, orderId: string, number = 0): Promise<void> {
  await load.buyers[number]!.account.call({
    op: 'cancel',
    method: 'POST',
    path: `/orders/${orderId}/cancel`,
    about: { orderId },
    expect: [202],
  });
}

/** Waits until the order is so. */
export async function becomes(scene: Scene, orderId: string, status: string): Promise<void> {
  await scene.until('order', 'select 1 as there from orders where order_id = $1 and status = $2', [orderId, status]);
}
