import { isUuid, type OrderId } from '@tradewind/kernel';

/*
 * Under which key the provider knows what it was asked for. Derived, never random: whoever asks again after a crash asks for
 * the same thing, so it happens once.
 */
export const takeKey = (orderId: OrderId): string => `${orderId}:take:1`;
export const refundKey = (orderId: OrderId): string => `${orderId}:refund:1`;
export const goodwillKey = (orderId: OrderId, refundId: string): string => `${orderId}:goodwill:${refundId}`;

/** The order whose take has this key; undefined where it is the key of something else. */
export function orderOfTake(key: string): OrderId | undefined {
  const [order, step, turn, ...rest] = key.split(':');
  return isUuid(order) && step === 'take' && turn === '1' && rest.length === 0 ? (order as OrderId) : undefined;
}
