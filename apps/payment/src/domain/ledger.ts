import type { Money, OrderId } from '@tradewind/kernel';
import { goodwillKey, refundKey, takeKey } from './operation-keys.js';
import type { Captured } from './payment.js';

/** One line of a double entry. Positive is a debit, negative a credit; all lines of an operation together are 0. */
export interface Posting {
  /** The key of what the provider was asked for. */
  readonly operation: string;
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
}

/** A line as it is kept, for ever. An operation has at most one line an account. */
export interface LedgerEntry extends Posting {
  readonly entryId: string;
  readonly orderId: OrderId;
  /** The effect that brought the provider's answer. */
  readonly cause: string;
  readonly at: Date;
}

/** What the provider holds for the shop: its balance is everything captured less everything refunded. */
export const clearing = 'provider:clearing';
/** What was given away although the orders stand: an expense. */
export const goodwill = 'goodwill';
/** What an order's buyer has paid and not got back: a debt to him in goods or money. */
export const customer = (orderId: OrderId): string => `customer:${orderId}`;

export const postTake = (orderId: OrderId, { amount, currency }: Money): Posting[] =>
  movement(takeKey(orderId), currency, [clearing, amount], [customer(orderId), -amount]);

export const postGoodwill = (orderId: OrderId, refundId: string, { amount, currency }: Money): Posting[] =>
  movement(goodwillKey(orderId, refundId), currency, [goodwill, amount], [clearing, -amount]);

/** The order does not stand: its account is closed, and what had been goodwill is none any more. */
export const postFullRefund = (orderId: OrderId, before: Captured, given: Money): Posting[] =>
  movement(
    refundKey(orderId),
    given.currency,
    [customer(orderId), before.captured.amount],
    [clearing, -given.amount],
    [goodwill, -before.goodwill.amount],
  );

/** A line of nothing is no line. */
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
