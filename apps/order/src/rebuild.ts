import {
  OrderAddressChanged,
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderGoodwillRecorded,
  OrderPlaced,
  OrderRejected,
} from '@tradewind/contracts';
import { isRefusal, type OrderId, type Refusal } from '@tradewind/kernel';
import {
  cancel,
  changeAddress,
  confirm,
  eraseAddress,
  place,
  recordGoodwill,
  reject,
  requestCancellation,
  type Order,
} from './domain/order.js';

/**
 * Every order, with its history, from the messages of `order.events` alone: what a lost database is brought back from.
 * Messages of one order come in their order. Other messages are passed over.
 */
export function rebuildOrders(messages: Iterable<object>): ReadonlyMap<OrderId, Order> {
  const orders = new Map<OrderId, Order>();
  for (const message of messages) {
    const order = 'orderId' in message ? orders.get(message.orderId as OrderId) : undefined;
    const next = after(order, message);
    if (next) orders.set(next.orderId, next);
  }
  return orders;
}

/** The order after a message about it; undefined where it says nothing of orders. Throws a RangeError on what does not follow. */
export function after(order: Order | undefined, message: object): Order | undefined {
  if (message instanceof OrderPlaced) {
    const { orderId, userId, lines, total, paymentMethod, shippingAddress, placedAt } = message;
    return place({ orderId, userId, lines, total, paymentMethod, shippingAddress }, new Date(placedAt));
  }
  const decided = decidedBy(message);
  if (!decided) return undefined;
  const next = order ? decided(order) : undefined;
  if (!next || isRefusal(next))
    throw new RangeError(`${message.constructor.name} does not follow from what was said of its order before`);
  return next;
}

function decidedBy(message: object): ((order: Order) => Order | Refusal) | undefined {
  if (message instanceof OrderAddressChanged) {
    const { shippingAddress, changedAt } = message;
    return (order) =>
      shippingAddress === undefined
        ? eraseAddress(order, new Date(changedAt))
        : changeAddress(order, shippingAddress, new Date(changedAt));
  }
  if (message instanceof OrderConfirmed) return (order) => confirm(order, new Date(message.confirmedAt));
  if (message instanceof OrderRejected) return (order) => reject(order, message.reason, new Date(message.rejectedAt));
  if (message instanceof OrderCancellationRequested)
    return (order) => requestCancellation(order, new Date(message.requestedAt));
  if (message instanceof OrderCancelled) return (order) => cancel(order, new Date(message.cancelledAt));
  if (message instanceof OrderGoodwillRecorded)
    return (order) => recordGoodwill(order, message.refundId, message.amount, new Date(message.recordedAt));
  return undefined;
}
