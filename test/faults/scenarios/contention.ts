import { randomUUID } from 'node:crypto';
import { atOnce } from '../../../tools/shop/play/at-once.js';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';
import { addGoods } from '../load/goods.js';

/** Many more buyers than pieces: each piece is sold exactly once, and nobody is told yes who gets none. */
async function lastPieces(stage: Stage): Promise<void> {
  const pieces = 10;
  const products = stage.times(2, 5, 20);
  const wishes = stage.times(60, 250, 500);
  const goods = await addGoods(stage.load.admin, `last-${randomUUID().slice(0, 8)}`, products, () => pieces);
  const chance = stage.chance('wishes');
  const list = Array.from({ length: wishes }, (_, index) => ({
    buyer: stage.load.buyers[index % stage.load.buyers.length]!,
    item: chance.pick(1, goods)[0]!,
  }));
  const sold = new Map<string, number>();
  await atOnce(50, list, async ({ buyer, item }) => {
    const order = await buyer.place({
      lines: [{ productId: item.productId, quantity: 1 }],
      total: item.price,
      method: 'sim_ok',
    });
    stage.load.counts.accepted++;
    await buyer.follow(order);
    stage.load.counts.settled++;
    if (order.status === 'confirmed') sold.set(item.productId, (sold.get(item.productId) ?? 0) + 1);
  });
  for (const { item } of list) {
    const wanted = list.filter((each) => each.item.productId === item.productId).length;
    const got = sold.get(item.productId) ?? 0;
    if (got !== Math.min(pieces, wanted))
      throw new Error(`${wanted} wanted one of ${pieces} pieces, and ${got} were sold`);
  }
  stage.hit('orders for the last pieces', wishes);
}

/** One key, fifty times at once: one order, one answer. With another body: refused. */
async function oneKeyManyTimes(stage: Stage): Promise<void> {
  const keys = stage.times(5, 25, 1_000);
  const twins = 50;
  for (let each = 0; each < keys; each++) {
    const buyer = stage.load.buyers[each % stage.load.buyers.length]!;
    const key = randomUUID();
    const wish = buyer.wish();
    const answers = await Promise.all(Array.from({ length: twins }, () => buyer.place(wish, key)));
    stage.load.counts.accepted++;
    const ids = new Set(answers.map(({ orderId }) => orderId));
    if (ids.size !== 1) throw new Error(`one idempotency key made ${ids.size} orders`);
    await buyer.refuses({ ...wish, lines: wish.lines.map((line) => ({ ...line, quantity: line.quantity + 1 })) }, key);
    await buyer.follow(answers[0]!);
    stage.load.counts.settled++;
    stage.hit('twins of one key', twins);
  }
}

export const contention: readonly Fault[] = [
  { id: 'F35', title: 'many buyers for the last pieces', layout: 'usual', play: lastPieces },
  { id: 'F36', title: 'one idempotency key many times in parallel', layout: 'usual', play: oneKeyManyTimes },
];
