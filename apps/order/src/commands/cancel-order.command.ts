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
import { recordedAction, type ActingStaff } from '@tradewind/service';
import type { CancellationReason } from '../domain/order-event.js';
import { requestCancellation, type ForBuyer } from '../domain/order.js';
import { cancelOrder as cancelConfirmedOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { Orders } from '../storage/order.tables.js';

export interface OwnOrder {
  readonly orderId: OrderId;
  readonly userId: UserId;
}

interface StaffCancellation {
  readonly orderId: OrderId;
  readonly reason: CancellationReason;
  readonly acting: ActingStaff;
}

type OrderReference = Pick<OwnOrder, 'orderId'>;
type Answer = Decision<{ orderId: OrderId }> | Rejection;

const load = {
  orders: rows(Orders, ({ orderId }: OrderReference) => [orderId]),
  instances: instancesOf([placeOrder], ({ orderId }: OrderReference) => orderId),
};

export const unknownOrder = rejection('unknown-order');

/** Cancels the buyer's own order. */
export const cancelOrder = command(
  'order.cancel',
  load,
  ({ orderId, userId }: OwnOrder, { orders, ...context }: HandlerContext<typeof load>): Answer => {
    const order = orders.get(orderId);
    return order?.userId === userId ? cancelled(order, context) : unknownOrder;
  },
);

/** Cancels any order, by staff for its buyer: the event records who and why. */
export const cancelForBuyer = command(
  'order.cancel-for-buyer',
  load,
  ({ orderId, reason, acting }: StaffCancellation, { orders, ...context }: HandlerContext<typeof load>): Answer => {
    const order = orders.get(orderId);
    if (!order) return unknownOrder;
    const decision = cancelled({ ...order, cancelledBy: { staffId: acting.actor, reason } }, context);
    if (isRejection(decision)) return decision;
    const action = { action: 'order.cancel', subject: orderId, reason, before: { status: order.status } };
    return decision.and(recordedAction(acting, action, context.newId()));
  },
);

/** Compensates the saga of a pending order; starts the cancellation saga of a confirmed order, once. Otherwise rejected. */
function cancelled(order: ForBuyer, { instances, ...context }: Omit<HandlerContext<typeof load>, 'orders'>): Answer {
  const request = requestCancellation(order, context.now);
  if (isRejection(request)) return request;
  const decision =
    order.status === 'confirmed'
      ? startSaga(cancelConfirmedOrder, order, context)
      : cancelSaga(placeOrder, order, instances, context);
  // No change: the saga is already compensating for another reason.
  return decision.changes.length === 0
    ? rejection('order-being-rejected')
    : decision.and(answer({ orderId: order.orderId }));
}
