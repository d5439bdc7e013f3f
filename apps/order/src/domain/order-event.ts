import type { ProductId, UserId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';

export type RejectionReason = 'out-of-stock' | 'payment-declined' | 'timed-out';

/** A line that could not be reserved: `available` pieces instead of `quantity`. */
export interface Shortage {
  readonly productId: ProductId;
  readonly quantity: number;
  readonly available: number;
}

/** Why an order cannot be fulfilled. */
export type RejectionCause =
  | { readonly reason: 'out-of-stock'; readonly shortages: readonly Shortage[] }
  | { readonly reason: Exclude<RejectionReason, 'out-of-stock'> };

/** A shortage as the buyer reads it. */
export interface ShortLine {
  readonly productId: ProductId;
  /** Absent if the order has no line of the product. */
  readonly name?: string;
  readonly wanted: number;
  readonly available: number;
}

/** Why staff cancels an order. Codes, because a free text would be personal data that stays for ever. */
export const cancellationReasons = [
  'asked-by-buyer',
  'fraud-suspected',
  'not-available',
  'not-deliverable',
  'other',
] as const;
export type CancellationReason = (typeof cancellationReasons)[number];

/** A member of staff acts for the buyer. */
export interface StaffRequest {
  readonly staffId: UserId;
  readonly reason: CancellationReason;
}

/** A change of an order. Its history is the list of these events; each is published once, in that order. */
export type OrderEvent = { readonly at: string } & (
  | { readonly what: 'placed' }
  | { readonly what: 'address-changed' }
  | { readonly what: 'address-erased' }
  | { readonly what: 'confirmed' }
  | { readonly what: 'rejected'; readonly reason: RejectionReason; readonly shortages?: readonly ShortLine[] }
  /** `by`: staff; without it, the buyer. */
  | { readonly what: 'cancellation-requested'; readonly by?: StaffRequest }
  | { readonly what: 'cancelled' }
  | { readonly what: 'goodwill-recorded'; readonly refundId: string; readonly amount: Money }
);

export type OrderEventData = OrderEvent extends infer E ? (E extends OrderEvent ? Omit<E, 'at'> : never) : never;
