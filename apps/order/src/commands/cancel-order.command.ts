import type { OrderId, UserId } from '@tradewind/contracts';
import { isRejection, rejection, type Rejection } from '@tradewind/kernel';
import { answer, command, advanceSaga, type Decision, type HandlerContext } from '@tradewind/messaging';
import { requestCancellation } from '../domain/order.js';
import { cancelling, cancellingId, loadOrder, placing, placingId } from '../handlers/order-sagas.js';

export interface OwnOrder {
  readonly orderId: OrderId;
  readonly userId: UserId;
}

export const unknownOrder = rejection('unknown-order');

/** Compensates the saga of a pending order; starts the cancellation saga of a confirmed order, once. Otherwise rejected. */
export const cancelOrder = command(
  'order.cancel',
  loadOrder,
  (
    { orderId, userId }: OwnOrder,
    { orders, sagas, ...context }: HandlerContext<typeof loadOrder>,
  ): Decision<{ orderId: OrderId }> | Rejection => {
    const order = orders.get(orderId);
    if (order?.userId !== userId) return unknownOrder;
    const request = requestCancellation(order, context.now);
    if (isRejection(request)) return request;
    const decision =
      order.status === 'confirmed'
        ? advanceSaga(
            cancelling,
            { saga: sagas.get(cancellingId(orderId)), subject: order },
            { kind: 'start' },
            context,
          )
        : advanceSaga(placing, { saga: sagas.get(placingId(orderId)), subject: order }, { kind: 'cancel' }, context);
    // No change: the saga is already compensating for another reason.
    return decision.changes.length === 0 ? rejection('order-being-rejected') : decision.and(answer({ orderId }));
  },
);
