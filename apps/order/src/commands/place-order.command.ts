import { isRejection } from '@tradewind/kernel';
import { answer, command, type HandlerContext } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import type { Purchase } from '../domain/order.js';
import type { RequestHashes } from '../sagas/order.changes.js';
import { acceptPurchase, loadOrder } from '../handlers/order-sagas.js';

export interface NewOrder extends Omit<Purchase, 'total'> {
  readonly request: RequestHashes;
}

/** Answers the order's id. The lines have the prices of this service's own copy. */
export const placeOrder = command(
  'order.place',
  loadOrder,
  ({ request, ...purchase }: NewOrder, context: HandlerContext<typeof loadOrder>) => {
    const total = totalOf(purchase.lines);
    if (isRejection(total)) return total;
    return acceptPurchase({ ...purchase, total }, context, request).and(answer({ orderId: purchase.orderId }));
  },
);
