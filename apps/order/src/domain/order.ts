import {
  add,
  assertNever,
  money,
  refusal,
  type Money,
  type OrderId,
  type Refusal,
  type UserId,
} from '@tradewind/kernel';
import type { Fact, Happening, RejectionReason } from './fact.js';
import type { OrderLine } from './order-line.js';

/** What a buyer asks for. */
export interface Purchase {
  readonly orderId: OrderId;
  readonly userId: UserId;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  readonly paymentMethod: string;
  /** Sealed under the buyer's key; absent once it was erased. */
  readonly shippingAddress?: string;
}

interface Placed extends Purchase {
  readonly placedAt: Date;
  /** Given back although the order stands. */
  readonly goodwill: Money;
  readonly history: readonly Fact[];
}

export type PendingOrder = Placed & { readonly status: 'pending' };
export type ConfirmedOrder = Placed & { readonly status: 'confirmed'; readonly confirmedAt: Date };
export type RejectedOrder = Placed & { readonly status: 'rejected'; readonly reason: RejectionReason };
/** Being undone because its buyer wants out: nobody can want it again, or change it. */
export type CancellingOrder = Placed & { readonly status: 'cancelling'; readonly confirmedAt?: Date };
export type CancelledOrder = Placed & { readonly status: 'cancelled'; readonly confirmedAt?: Date };

export type Order = PendingOrder | ConfirmedOrder | RejectedOrder | CancellingOrder | CancelledOrder;

export const wasConfirmed = (order: Order): boolean => 'confirmedAt' in order && order.confirmedAt !== undefined;

/** Nothing more is to be expected of it by itself. A confirmed order may still be cancelled. */
export const hasOutcome = ({ status }: Order): boolean => status !== 'pending' && status !== 'cancelling';

const and = (history: readonly Fact[], happening: Happening, now: Date): readonly Fact[] => [
  ...history,
  { ...happening, at: now.toISOString() },
];

export const place = (purchase: Purchase, now: Date): PendingOrder => ({
  ...purchase,
  status: 'pending',
  placedAt: now,
  goodwill: money(0, purchase.total.currency),
  history: and([], { what: 'placed' }, now),
});

const tooLate = (order: Order): Refusal =>
  refusal(order.status === 'cancelling' ? 'order-being-cancelled' : `order-already-${order.status}`);

/** The point of no return. Confirming twice changes nothing: the saga may repeat itself after a crash. */
export function confirm(order: Order, now: Date): Order | Refusal {
  switch (order.status) {
    case 'pending':
      return {
        ...order,
        status: 'confirmed',
        confirmedAt: now,
        history: and(order.history, { what: 'confirmed' }, now),
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

/** The order can't be fulfilled, and everything done for it is undone. */
export function reject(order: Order, reason: RejectionReason, now: Date): Order | Refusal {
  switch (order.status) {
    case 'pending':
      return { ...order, status: 'rejected', reason, history: and(order.history, { what: 'rejected', reason }, now) };
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

/** The buyer wants out. Heard once, while pending or confirmed. */
export function requestCancellation(order: Order, now: Date): Order | Refusal {
  switch (order.status) {
    case 'pending':
    case 'confirmed':
      return { ...order, status: 'cancelling', history: and(order.history, { what: 'cancellation-requested' }, now) };
    case 'cancelling':
    case 'rejected':
    case 'cancelled':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

/** Everything that was done for a cancelled order is undone. */
export function cancel(order: Order, now: Date): Order | Refusal {
  switch (order.status) {
    case 'cancelling':
      return { ...order, status: 'cancelled', history: and(order.history, { what: 'cancelled' }, now) };
    case 'cancelled':
      return order;
    case 'pending':
      return refusal('cancellation-not-requested');
    case 'confirmed':
    case 'rejected':
      return tooLate(order);
    default:
      return assertNever(order);
  }
}

/** Until it is confirmed an order may go elsewhere. */
export function changeAddress(order: Order, shippingAddress: string, now: Date): Order | Refusal {
  if (order.status !== 'pending') return tooLate(order);
  return { ...order, shippingAddress, history: and(order.history, { what: 'address-changed' }, now) };
}

/** The buyer is to be forgotten; whatever else becomes of the order goes on. */
export function eraseAddress(order: Order, now: Date): Order {
  if (order.shippingAddress === undefined) return order;
  const { shippingAddress: _, ...rest } = order;
  return { ...rest, history: and(order.history, { what: 'address-erased' }, now) };
}

/** Part of the money was given back. The same refund is recorded once. */
export function recordGoodwill(order: Order, refundId: string, amount: Money, now: Date): Order {
  if (order.history.some((fact) => fact.what === 'goodwill-recorded' && fact.refundId === refundId)) return order;
  return {
    ...order,
    goodwill: add(order.goodwill, amount),
    history: and(order.history, { what: 'goodwill-recorded', refundId, amount }, now),
  };
}
