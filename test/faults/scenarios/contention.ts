import { randomUUID } from 'node:crypto';
import { forEachConcurrently } from '../../../tools/shop/trading/concurrency.js';
import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';
import { addGoods } from '../load/goods.js';

/** Many more buyers than pieces: each piece is sold exactly once, and no more orders are confirmed than there are pieces. */
async function lastPieces(context: ScenarioContext): Promise<void> {
  const pieces = 10;
  const products = context.byExtent(2, 5, 20);
  const orderCount = context.byExtent(60, 250, 500);
  const goods = await addGoods(context.load.admin, `last-${randomUUID().slice(0, 8)}`, products, () => pieces);
  const random = context.random('orders');
  const list = Array.from({ length: orderCount }, (_, index) => ({
    buyer: context.load.buyers[index % context.load.buyers.length]!,
    item: random.pick(1, goods)[0]!,
  }));
  const sold = new Map<string, number>();
  await forEachConcurrently(50, list, async ({ buyer, item }) => {
    const order = await buyer.place({
      lines: [{ productId: item.productId, quantity: 1 }],
      total: item.price,
      method: 'sim_ok',
    });
    context.load.counts.accepted++;
    await buyer.waitForOutcome(order);
    context.load.counts.settled++;
    if (order.status === 'confirmed') sold.set(item.productId, (sold.get(item.productId) ?? 0) + 1);
  });
  for (const { item } of list) {
    const wanted = list.filter((each) => each.item.productId === item.productId).length;
    const got = sold.get(item.productId) ?? 0;
    if (got !== Math.min(pieces, wanted)) throw new Error(`${wanted} orders for ${pieces} pieces, ${got} confirmed`);
  }
  context.recordInjection('orders for the last pieces', orderCount);
}

/** Fifty concurrent requests with one idempotency key make one order; a request with another body is rejected. */
async function oneKeyManyTimes(context: ScenarioContext): Promise<void> {
  const keys = context.byExtent(5, 25, 1_000);
  const duplicates = 50;
  for (let index = 0; index < keys; index++) {
    const buyer = context.load.buyers[index % context.load.buyers.length]!;
    const key = randomUUID();
    const purchase = buyer.randomPurchase();
    const orders = await Promise.all(Array.from({ length: duplicates }, () => buyer.place(purchase, key)));
    context.load.counts.accepted++;
    const ids = new Set(orders.map(({ orderId }) => orderId));
    if (ids.size !== 1) throw new Error(`one idempotency key made ${ids.size} orders`);
    await buyer.expectKeyRejected(
      { ...purchase, lines: purchase.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })) },
      key,
    );
    await buyer.waitForOutcome(orders[0]!);
    context.load.counts.settled++;
    context.recordInjection('requests with one key', duplicates);
  }
}

export const contention: readonly Fault[] = [
  { id: 'F35', title: 'many buyers for the last pieces', layout: 'usual', run: lastPieces },
  { id: 'F36', title: 'one idempotency key in many concurrent requests', layout: 'usual', run: oneKeyManyTimes },
];
