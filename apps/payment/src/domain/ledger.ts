import type { OrderId } from '@tradewind/contracts/ids';
import type { Money } from '@tradewind/kernel';
import { goodwillKey, refundKey, takeKey } from './operation-keys.js';
import type { Captured } from './payment.js';

/** One line of a double entry. Positive is a debit, negative a credit; all lines of an operation together are 0. */
export interface Posting {
  /** The provider's key of the operation. */
  readonly operation: string;
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
}

/** A stored line, never changed or deleted. An operation has at most one line per account. */
export interface LedgerEntry extends Posting {
  readonly entryId: string;
  readonly orderId: OrderId;
  /** Id of the effect that got the provider's answer. */
  readonly cause: string;
  readonly at: Date;
}

/** What the provider holds for the shop: its balance is everything captured less everything refunded. */
export const clearing = 'provider:clearing';
/** Refunds of confirmed orders: an expense. */
export const goodwill = 'goodwill';
/** What the buyer of an order has paid and not got back: a liability, in goods or money. */
export const customer = (orderId: OrderId): string => `customer:${orderId}`;

export const postTake = (orderId: OrderId, { amount, currency }: Money): Posting[] =>
  movement(takeKey(orderId), currency, [clearing, amount], [customer(orderId), -amount]);

export const postGoodwill = (orderId: OrderId, refundId: string, { amount, currency }: Money): Posting[] =>
  movement(goodwillKey(orderId, refundId), currency, [goodwill, amount], [clearing, -amount]);

/** The order is cancelled: its account is closed, and its goodwill is reversed. */
export const postFullRefund = (orderId: OrderId, before: Captured, refunded: Money): Posting[] =>
  movement(
    refundKey(orderId),
    refunded.currency,
    [customer(orderId), before.captured.amount],
    [clearing, -refunded.amount],
    [goodwill, -before.goodwill.amount],
  );

/** Lines with amount 0 are left out. */
const movement = (
  operation: string,
  currency: string,
  ...lines: readonly (readonly [account: string, amount: number])[]
): Posting[] =>
  lines.filter(([, amount]) => amount !== 0).map(([account, amount]) => ({ operation, account, amount, currency }));

export const entryOf = (posting: Posting, orderId: OrderId, cause: string, at: Date): LedgerEntry => ({
  ...posting,
  entryId: `${posting.operation} ${posting.account}`,
  orderId,
  cause,
  at,
});
