import type { OrderId, UserId } from '@tradewind/contracts/ids';
import { add, assertNever, money, rejection, type Money, type Rejection } from '@tradewind/kernel';
import type {
  OrderEvent,
  OrderEventData,
  RejectionCause,
  RejectionReason,
  Shortage,
  ShortLine,
  StaffRequest,
} from './order-event.js';
import type { OrderLine } from './order-line.js';

/** What the buyer wants to order. */
export interface Purchase {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly paymentMethod: string;
  /** Sealed with the buyer's data key; undefined after it is erased. */
  readonly shippingAddress?: string;
}

interface Placed extends Purchase {
  readonly placedAt: Date;
  /** Refunded although the order stays confirmed. */
  readonly goodwill: Money;
  readonly history: readonly OrderEvent[];
}

export type PendingOrder = Placed & { readonly status: 'pending' };
export type ConfirmedOrder = Placed & { readonly status: 'confirmed'; readonly confirmedAt: Date };
export type RejectedOrder = Placed & { readonly status: 'rejected'; readonly reason: RejectionReason };
/** Being compensated because the buyer cancelled: it can be neither cancelled again nor changed. */
export type CancellingOrder = Placed & { readonly status: 'cancelling'; readonly confirmedAt?: Date };
export type CancelledOrder = Placed & { readonly status: 'cancelled'; readonly confirmedAt?: Date };

export type Order = PendingOrder | ConfirmedOrder | RejectedOrder | CancellingOrder | CancelledOrder;

export const wasConfirmed = (order: Order): boolean => 'confirmedAt' in order && order.confirmedAt !== undefined;

/** The order changes no more without a request. A confirmed order may still be cancelled. */
export const hasOutcome = ({ status }: Order): boolean => status !== 'pending' && status !== 'cancelling';

/** A product of the order is not for sale any more. */
export const productArchived = rejection('product-archived');

const append = (history: readonly OrderEvent[], event: OrderEventData, now: Date): readonly OrderEvent[] => [
  ...history,
  { ...event, at: now.toISOString() },
];

export const place = (purchase: Purchase, now: Date): PendingOrder => ({
  ...purchase,
  status: 'pending',
  placedAt: now,
  goodwill: money(0, purchase.total.currency),
  history: append([], { what: 'placed' }, now),
});

const tooLate = (order: Order): Rejection =>
  rejection(order.status === 'cancelling' ? 'order-being-cancelled' : `order-already-${order.status}`);

/** The point of no return. Confirming twice changes nothing: the saga may repeat a step after a crash. */
export function confirm(order: Order, now: Date): Order | Rejection {
  switch (order.status) {
    case 'pending':
      return {
        ...order,
        status: 'confirmed',
        confirmedAt: now,
        history: append(order.history, { what: 'confirmed' }, now),
      };
    case 'confirmed':
      return order;
    case 'rejected':
    case 'cancelling':
    case 'cancelled':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

/** The order can't be fulfilled, and everything done for it is compensated. Its history names the lines that are out of stock. */
export function reject(order: Order, cause: RejectionCause, now: Date): Order | Rejection {
  const { reason } = cause;
  switch (order.status) {
    case 'pending': {
      const shortages = reason === 'out-of-stock' ? { shortages: shortLines(order, cause.shortages) } : {};
      return {
        ...order,
        status: 'rejected',
        reason,
        history: append(order.history, { what: 'rejected', reason, ...shortages }, now),
      };
    }
    case 'rejected':
      return order;
    case 'confirmed':
    case 'cancelling':
    case 'cancelled':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

function shortLines({ lines }: Order, shortages: readonly Shortage[]): ShortLine[] {
  const names = new Map(lines.map(({ productId, name }) => [productId, name]));
  return shortages.map(({ productId, quantity: wanted, available }) => {
    const name = names.get(productId);
    return { productId, ...(name !== undefined && { name }), wanted, available };
  });
}

/** An order that staff cancels for its buyer: the cancellation that follows records who and why. */
export type ForBuyer = Order & { readonly cancelledBy?: StaffRequest };

/** The buyer, or staff for the buyer, cancels. Accepted once, while the order is pending or confirmed. */
export function requestCancellation({ cancelledBy: by, ...order }: ForBuyer, now: Date): Order | Rejection {
  switch (order.status) {
    case 'pending':
    case 'confirmed':
      return {
        ...order,
        status: 'cancelling',
        history: append(order.history, { what: 'cancellation-requested', ...(by && { by }) }, now),
      };
    case 'cancelling':
    case 'rejected':
    case 'cancelled':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

/** Everything done for the order is compensated. */
export function cancel(order: Order, now: Date): Order | Rejection {
  switch (order.status) {
    case 'cancelling':
      return { ...order, status: 'cancelled', history: append(order.history, { what: 'cancelled' }, now) };
    case 'cancelled':
      return order;
    case 'pending':
      return rejection('cancellation-not-requested');
    case 'confirmed':
    case 'rejected':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

/** Each change stays for ever, as an event with a sealed address: more of them are a mistake of a client, or an attack. */
export const maxAddressChanges = 10;

/** Only a pending order may get another address, a limited number of times. */
export function changeAddress(
  order: Order,
  shippingAddress: string,
  now: Date,
  limit = maxAddressChanges,
): Order | Rejection {
  if (order.status !== 'pending') return tooLate(order);
  if (order.history.filter(({ what }) => what === 'address-changed').length >= limit)
    return rejection('too-many-address-changes');
  return { ...order, shippingAddress, history: append(order.history, { what: 'address-changed' }, now) };
}

/** The buyer's personal data is erased. The order itself continues. */
export function eraseAddress(order: Order, now: Date): Order {
  if (order.shippingAddress === undefined) return order;
  const { shippingAddress: _, ...rest } = order;
  return { ...rest, history: append(order.history, { what: 'address-erased' }, now) };
}

/** Part of the money was refunded. Each refund is recorded once. */
export function recordGoodwill(order: Order, refundId: string, amount: Money, now: Date): Order {
  if (order.history.some((event) => event.what === 'goodwill-recorded' && event.refundId === refundId)) return order;
  return {
    ...order,
    goodwill: add(order.goodwill, amount),
    history: append(order.history, { what: 'goodwill-recorded', refundId, amount }, now),
  };
}
