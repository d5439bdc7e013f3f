import {
  OrderAddressChanged,
  OrderCancellationRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderGoodwillRecorded,
  OrderPlaced,
  OrderRejected,
  type OrderId,
} from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import type { RejectionCause } from '../domain/order-event.js';
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
  type ForBuyer,
} from '../domain/order.js';

/**
 * Recovers every order, with its history, from the messages of `order.events` alone.
 * The messages of one order must be in their original order. Other messages are ignored.
 */
export function ordersFromEvents(messages: Iterable<object>): ReadonlyMap<OrderId, Order> {
  const orders = new Map<OrderId, Order>();
  for (const message of messages) {
    const order = 'orderId' in message ? orders.get(message.orderId as OrderId) : undefined;
    const next = orderAfter(order, message);
    if (next) orders.set(next.orderId, next);
  }
  return orders;
}

/** The order after a message; undefined if the message is not about orders. Throws a RangeError if the message does not follow from the messages before. */
export function orderAfter(order: Order | undefined, message: object): Order | undefined {
  if (message instanceof OrderPlaced) {
    const { orderId, userId, lines, total, paymentMethod, shippingAddress, placedAt } = message;
    return place({ orderId, userId, lines, total, paymentMethod, shippingAddress }, new Date(placedAt));
  }
  const decide = decisionOf(message);
  if (!decide) return undefined;
  const next = order ? decide(order) : undefined;
  if (!next || isRejection(next))
    throw new RangeError(`${message.constructor.name} does not follow from the messages before it`);
  return next;
}

function decisionOf(message: object): ((order: Order) => Order | Rejection) | undefined {
  if (message instanceof OrderAddressChanged) {
    const { shippingAddress, changedAt } = message;
    return (order) =>
      shippingAddress === undefined
        ? eraseAddress(order, new Date(changedAt))
        : changeAddress(order, shippingAddress, new Date(changedAt), Number.POSITIVE_INFINITY);
  }
  if (message instanceof OrderConfirmed) return (order) => confirm(order, new Date(message.confirmedAt));
  if (message instanceof OrderRejected) return (order) => reject(order, causeOf(message), new Date(message.rejectedAt));
  if (message instanceof OrderCancellationRequested)
    return (order) => requestCancellation({ ...order, ...staffOf(message) }, new Date(message.requestedAt));
  if (message instanceof OrderCancelled) return (order) => cancel(order, new Date(message.cancelledAt));
  if (message instanceof OrderGoodwillRecorded)
    return (order) => recordGoodwill(order, message.refundId, message.amount, new Date(message.recordedAt));
  return undefined;
}

const causeOf = ({ reason, shortages = [] }: OrderRejected): RejectionCause =>
  reason === 'out-of-stock' ? { reason, shortages } : { reason };

const staffOf = ({ staffId, reason }: OrderCancellationRequested): Pick<ForBuyer, 'cancelledBy'> =>
  staffId && reason ? { cancelledBy: { staffId, reason } } : {};
