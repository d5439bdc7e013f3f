import { Controller } from '@nestjs/common';
import { CartItemsReturned, OrderRejected } from '@tradewind/contracts';
import { Handles, nothing, publish, rows, save, type Decision, type HandlerContext } from '@tradewind/messaging';
import { cartAfter, lineAfter } from '../domain/apply-cart-event.js';
import { lineIdOf, type Cart, type CartLine } from '../domain/cart.js';
import type { CartItemsReturned as ReturnedEvent } from '../domain/cart-event.js';
import { withOrderStatus } from '../domain/check-out.js';
import { itemsSetBy, returnItems } from '../domain/return-items.js';
import type { CartRows } from '../commands/cart.changes.js';
import { CartLines, Carts, Checkouts } from '../storage/cart.tables.js';

const load = {
  carts: rows(Carts, ({ userId }: OrderRejected) => [userId]),
  lines: rows(CartLines, ({ userId, lines }: OrderRejected) =>
    lines.map(({ productId }) => lineIdOf(userId, productId)),
  ),
  checkouts: rows(Checkouts, ({ orderId }: OrderRejected) => [orderId]),
};

@Controller()
export class ReturnItemsHandler {
  /** Gives the lines of a rejected checkout back to its cart, once: with the checkout's new status. Other orders came from no cart. */
  @Handles(OrderRejected, { load })
  rejected({ orderId, lines: ordered }: OrderRejected, context: HandlerContext<typeof load>): Decision {
    const { carts, lines, checkouts, sequence, now } = context;
    const before = checkouts.get(orderId);
    const checkout = withOrderStatus(before, 'rejected', Number(sequence));
    if (!checkout || before?.status === 'rejected') return nothing();
    const { userId } = checkout;
    const lineOf = (productId: CartLine['productId']) => lines.get(lineIdOf(userId, productId));
    const event = returnItems(checkout, checkout.sequence, ordered, carts.get(userId), lineOf, now);
    return event ? save(Checkouts, checkout).and(recordReturned(event, context)) : save(Checkouts, checkout);
  }
}

/** Saves and publishes that items came back. */
function recordReturned(event: ReturnedEvent, { carts, lines }: CartRows): Decision {
  const { userId, orderId, orderSequence, at } = event;
  const items = itemsSetBy(event);
  const lineOf = (item: (typeof items)[number]) => lines.get(lineIdOf(userId, item.productId));
  const cart = items.reduce<Cart | undefined>(
    (before, item) => cartAfter(before, item, lineOf(item)),
    carts.get(userId),
  );
  return (cart ? save(Carts, cart) : nothing())
    .and(save(CartLines, ...items.map((item) => lineAfter(lineOf(item), item)!)))
    .and(
      publish(CartItemsReturned, {
        userId,
        orderId,
        orderSequence,
        lines: event.lines,
        returnedAt: at.toISOString(),
      }),
    );
}
