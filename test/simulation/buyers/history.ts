import type { OrderId, ProductId, UserId } from '@tradewind/kernel';
import type { Chore, Purchase } from '../schedule/schedule.js';
import type { Saw } from './door.js';

/** What the people of a run did and saw. It is all that a checker may believe of what was accepted. */
export interface History {
  readonly products: readonly ProductId[];
  readonly purchases: readonly Bought[];
  readonly cancellations: readonly { readonly orderId: OrderId; readonly saw: Saw<unknown> }[];
  readonly goodwill: readonly { readonly orderId: OrderId; readonly saw: Saw<{ readonly id: string }> }[];
  readonly chores: readonly { readonly chore: Chore; readonly saw: Saw<unknown> }[];
}

/** A purchase, and what came back of each request that its buyer has waited for. */
export interface Bought {
  readonly purchase: Purchase;
  readonly userId: UserId;
  /** SHA-256 of the idempotency key: what the accepting event carries. */
  readonly keyHash: string;
  readonly saw: readonly Saw<{ readonly orderId: OrderId }>[];
}
