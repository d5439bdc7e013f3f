import type { Recovery, Told } from '@tradewind/messaging';
import { answeredCheckouts } from './http/checked-out-once.js';
import { rebuildCarts, type Placed } from './rebuild.js';
import { CartLines, Carts, Checkouts } from './storage/cart.tables.js';

/** Carts, checkouts and the keys of their requests from what was said of them; what became of the orders, and the copy of products, come again from the topics of others. */
export const recovery: Recovery = {
  rows: (told) => {
    const { carts, lines, checkouts } = rebuildCarts(placedIn(told));
    return [
      [Carts, carts.values()],
      [CartLines, lines.values()],
      [Checkouts, checkouts.values()],
    ];
  },
  answers: answeredCheckouts,
};

function* placedIn(told: Iterable<Told>): Generator<Placed> {
  for (const { message, envelope } of told) yield { message, sequence: Number(envelope.sequence) };
}
