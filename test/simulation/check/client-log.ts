import type { OrderId, ProductId, UserId } from '@tradewind/contracts';
import type { AdminAction, Purchase } from '../scenario/scenario.js';

/** The result of a request as its client sees it. After `unknown` the request may have been executed, or may still be. */
export type ClientResult<R> =
  | { readonly status: 'answered'; readonly answer: R }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'unknown' };

/** What the clients of a run sent and which results they got. The checks know nothing else about what was accepted. */
export interface ClientLog {
  readonly products: readonly ProductId[];
  readonly purchases: readonly PurchaseLog[];
  readonly cancellations: readonly { readonly orderId: OrderId; readonly result: ClientResult<unknown> }[];
  readonly goodwill: readonly { readonly orderId: OrderId; readonly result: ClientResult<{ readonly id: string }> }[];
  readonly adminActions: readonly { readonly action: AdminAction; readonly result: ClientResult<unknown> }[];
}

/** A purchase with the result of each request. */
export interface PurchaseLog {
  readonly purchase: Purchase;
  readonly userId: UserId;
  /** SHA-256 of the idempotency key, as in the event of the acceptance. */
  readonly keyHash: string;
  readonly results: readonly ClientResult<{ readonly orderId: OrderId }>[];
}
