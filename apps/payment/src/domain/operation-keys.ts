import type { OrderId } from '@tradewind/contracts/ids';
import { isUuid } from '@tradewind/kernel';

/*
 * Idempotency keys of operations at the provider. Derived from the order, never random: a retry after a crash uses the same key,
 * so the operation happens once.
 */
export const takeKey = (orderId: OrderId): string => `${orderId}:take:1`;
export const refundKey = (orderId: OrderId): string => `${orderId}:refund:1`;
export const goodwillKey = (orderId: OrderId, refundId: string): string => `${orderId}:goodwill:${refundId}`;

/** The order whose take has this key; undefined if the key belongs to another operation. */
export function orderOfTake(key: string): OrderId | undefined {
  const [order, operation, number, ...rest] = key.split(':');
  return isUuid(order) && operation === 'take' && number === '1' && rest.length === 0 ? (order as OrderId) : undefined;
}
