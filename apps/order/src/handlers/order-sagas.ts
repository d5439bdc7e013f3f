import type { OrderId } from '@tradewind/contracts';
import {
  bindSaga,
  rows,
  Sagas,
  publishAll,
  advanceSaga,
  type DecisionContext,
  type Decision,
} from '@tradewind/messaging';
import { sagaId } from '@tradewind/saga';
import { place, type Purchase } from '../domain/order.js';
import { cancelOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { eventsOf, type RequestHashes } from '../sagas/order.changes.js';
import { Orders } from '../storage/order.tables.js';

export const placing = bindSaga(placeOrder, Orders);
export const cancelling = bindSaga(cancelOrder, Orders);

export const placingId = (orderId: OrderId): string => sagaId(placeOrder.name, orderId);
export const cancellingId = (orderId: OrderId): string => sagaId(cancelOrder.name, orderId);

export interface OrderReference {
  readonly orderId: OrderId;
}

/** Loads an order and both its sagas. */
export const loadOrder = {
  orders: rows(Orders, ({ orderId }: OrderReference) => [orderId]),
  sagas: rows(Sagas, ({ orderId }: OrderReference) => [placingId(orderId), cancellingId(orderId)]),
};

/** Creates the order, publishes its events and starts its saga. */
export function acceptPurchase(purchase: Purchase, context: DecisionContext, request?: RequestHashes): Decision {
  const order = place(purchase, context.now);
  return publishAll(eventsOf(undefined, order, request)).and(
    advanceSaga(placing, { saga: undefined, subject: order }, { kind: 'start' }, context),
  );
}
