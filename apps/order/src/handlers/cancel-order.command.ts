import { isRefusal, refusal, type OrderId, type Refusal, type UserId } from '@tradewind/kernel';
import { answer, command, steer, type Decision, type Given } from '@tradewind/messaging';
import { requestCancellation } from '../domain/order.js';
import { cancelling, cancellingId, loadOrder, placing, placingId } from './order-sagas.js';

export interface OwnOrder {
  readonly orderId: OrderId;
  readonly userId: UserId;
}

export const unknownOrder = refusal('unknown-order');

/** A pending order's saga is told to turn back; a confirmed order gets a saga of its own, once. Refused once it is too late. */
export const cancelOrder = command(
  'order.cancel',
  loadOrder,
  (
    { orderId, userId }: OwnOrder,
    { orders, sagas, ...given }: Given<typeof loadOrder>,
  ): Decision<{ orderId: OrderId }> | Refusal => {
    const order = orders.get(orderId);
    if (order?.userId !== userId) return unknownOrder;
    const request = requestCancellation(order, given.now);
    if (isRefusal(request)) return request;
    const decided =
      order.status === 'confirmed'
        ? steer(cancelling, { saga: sagas.get(cancellingId(orderId)), subject: order }, { kind: 'start' }, given)
        : steer(placing, { saga: sagas.get(placingId(orderId)), subject: order }, { kind: 'cancel' }, given);
    // its saga is turning back already, for a reason of its own
    return decided.changes.length === 0 ? refusal('order-being-rejected') : decided.and(answer({ orderId }));
  },
);
