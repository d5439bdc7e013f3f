import type { OrderId, UserId } from '@tradewind/contracts';
import { isRejection, rejection, type Rejection } from '@tradewind/kernel';
import {
  answer,
  cancelSaga,
  command,
  instancesOf,
  rows,
  startSaga,
  type Decision,
  type HandlerContext,
} from '@tradewind/messaging';
import { requestCancellation } from '../domain/order.js';
import { cancelOrder as cancelConfirmedOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { Orders } from '../storage/order.tables.js';

export interface OwnOrder {
  readonly orderId: OrderId;
  readonly userId: UserId;
}

const load = {
  orders: rows(Orders, ({ orderId }: OwnOrder) => [orderId]),
  instances: instancesOf([placeOrder], ({ orderId }: OwnOrder) => orderId),
};

export const unknownOrder = rejection('unknown-order');

/** Compensates the saga of a pending order; starts the cancellation saga of a confirmed order, once. Otherwise rejected. */
export const cancelOrder = command(
  'order.cancel',
  load,
  (
    { orderId, userId }: OwnOrder,
    { orders, instances, ...context }: HandlerContext<typeof load>,
  ): Decision<{ orderId: OrderId }> | Rejection => {
    const order = orders.get(orderId);
    if (order?.userId !== userId) return unknownOrder;
    const request = requestCancellation(order, context.now);
    if (isRejection(request)) return request;
    const decision =
      order.status === 'confirmed'
        ? startSaga(cancelConfirmedOrder, order, context)
        : cancelSaga(placeOrder, order, instances, context);
    // No change: the saga is already compensating for another reason.
    return decision.changes.length === 0 ? rejection('order-being-rejected') : decision.and(answer({ orderId }));
  },
);
