import type { Money } from '@tradewind/kernel';

export type RejectionReason = 'out-of-stock' | 'payment-declined' | 'timed-out';

/** Something that happened to an order. Its history is the list of them, and each is told to others once, in that order. */
export type Fact = { readonly at: string } & (
  | { readonly what: 'placed' }
  | { readonly what: 'address-changed' }
  | { readonly what: 'address-erased' }
  | { readonly what: 'confirmed' }
  | { readonly what: 'rejected'; readonly reason: RejectionReason }
  | { readonly what: 'cancellation-requested' }
  | { readonly what: 'cancelled' }
  | { readonly what: 'goodwill-recorded'; readonly refundId: string; readonly amount: Money }
);

export type Happening = Fact extends infer F ? (F extends Fact ? Omit<F, 'at'> : never) : never;
