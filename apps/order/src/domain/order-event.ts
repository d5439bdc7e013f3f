import type { Money } from '@tradewind/kernel';

export type RejectionReason = 'out-of-stock' | 'payment-declined' | 'timed-out';

/** A change of an order. Its history is the list of these events; each is published once, in that order. */
export type OrderEvent = { readonly at: string } & (
  | { readonly what: 'placed' }
  | { readonly what: 'address-changed' }
  | { readonly what: 'address-erased' }
  | { readonly what: 'confirmed' }
  | { readonly what: 'rejected'; readonly reason: RejectionReason }
  | { readonly what: 'cancellation-requested' }
  | { readonly what: 'cancelled' }
  | { readonly what: 'goodwill-recorded'; readonly refundId: string; readonly amount: Money }
);

export type OrderEventData = OrderEvent extends infer E ? (E extends OrderEvent ? Omit<E, 'at'> : never) : never;
