import { isRefusal } from '@tradewind/kernel';
import { answer, command, type Given } from '@tradewind/messaging';
import { totalOf } from '../domain/order-line.js';
import type { Purchase } from '../domain/order.js';
import type { Accepted } from '../sagas/tell.js';
import { begin, loadOrder } from './order-sagas.js';

export interface NewOrder extends Omit<Purchase, 'total'> {
  readonly accepted: Accepted;
}

/** Answers the order's id. The lines carry the prices of this service's own copy. */
export const placeOrder = command(
  'order.place',
  loadOrder,
  ({ accepted, ...purchase }: NewOrder, given: Given<typeof loadOrder>) => {
    const total = totalOf(purchase.lines);
    if (isRefusal(total)) return total;
    return begin({ ...purchase, total }, given, accepted).and(answer({ orderId: purchase.orderId }));
  },
);
