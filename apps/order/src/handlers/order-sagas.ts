import type { OrderId } from '@tradewind/kernel';
import { bindSaga, keys, Sagas, sayAll, steer, type Circumstances, type Decision } from '@tradewind/messaging';
import { sagaId } from '@tradewind/saga';
import { place, type Purchase } from '../domain/order.js';
import { cancelOrder } from '../sagas/cancel-order.saga.js';
import { placeOrder } from '../sagas/place-order.saga.js';
import { told, type Accepted } from '../sagas/tell.js';
import { Orders } from '../storage/order.tables.js';

export const placing = bindSaga(placeOrder, Orders);
export const cancelling = bindSaga(cancelOrder, Orders);

export const placingId = (orderId: OrderId): string => sagaId(placeOrder.name, orderId);
export const cancellingId = (orderId: OrderId): string => sagaId(cancelOrder.name, orderId);

export interface AboutOrder {
  readonly orderId: OrderId;
}

/** What is asked for wherever an order may move: the order, and both its sagas. */
export const loadOrder = {
  orders: keys(Orders, ({ orderId }: AboutOrder) => [orderId]),
  sagas: keys(Sagas, ({ orderId }: AboutOrder) => [placingId(orderId), cancellingId(orderId)]),
};

/** Accepts a purchase: the order is there, everybody hears of it, and its saga asks the first question. */
export function begin(purchase: Purchase, given: Circumstances, accepted?: Accepted): Decision {
  const order = place(purchase, given.now);
  return sayAll(told(undefined, order, accepted)).and(
    steer(placing, { saga: undefined, subject: order }, { kind: 'start' }, given),
  );
}
