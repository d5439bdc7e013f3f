import { isRejection } from '@tradewind/kernel';
import { answer, command, type DecisionContext } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import type { Purchase } from '../domain/order.js';
import type { RequestHashes } from '../sagas/order.changes.js';
import { acceptPurchase } from './accept-purchase.js';

export interface NewOrder extends Omit<Purchase, 'total'> {
  readonly request: RequestHashes;
}

/** Answers the order's id. The lines have the prices of this service's own copy. */
export const placeOrder = command('order.place', {}, ({ request, ...purchase }: NewOrder, context: DecisionContext) => {
  const total = totalOf(purchase.lines);
  if (isRejection(total)) return total;
  return acceptPurchase({ ...purchase, total }, context, request).and(answer({ orderId: purchase.orderId }));
});
