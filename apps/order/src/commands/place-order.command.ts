import { isRejection, rejection, sameMoney, type Money } from '@tradewind/kernel';
import { answer, command, type DecisionContext } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import { productArchived, type Purchase } from '../domain/order.js';
import type { RequestHashes } from '../sagas/order.changes.js';
import { acceptPurchase } from './accept-purchase.js';

export interface NewOrder extends Omit<Purchase, 'total'> {
  /** A product of the lines is not for sale any more. Rejected here and not before: a request that was accepted earlier gets its answer again. */
  readonly archived: boolean;
  readonly request: RequestHashes;
  /** The total that the buyer accepts; without it any total is. */
  readonly expectedTotal?: Money | undefined;
}

/**
 * Answers the order's id. The lines have the prices of this service's own copy. The total is compared here and not before: a repeated
 * request gets its first answer, whatever the prices are by then.
 */
export const placeOrder = command(
  'order.place',
  {},
  ({ request, archived, expectedTotal, ...purchase }: NewOrder, context: DecisionContext) => {
    if (archived) return productArchived;
    const total = totalOf(purchase.lines);
    if (isRejection(total)) return total;
    if (expectedTotal && !sameMoney(expectedTotal, total)) return rejection('price-changed');
    return acceptPurchase({ ...purchase, total }, context, request).and(answer({ orderId: purchase.orderId }));
  },
);
