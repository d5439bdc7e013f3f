import { OrderPlaced, type UserId } from '@tradewind/contracts';
import type { Idempotency } from '@tradewind/messaging';
import type { AnsweredRequest, Published } from '@tradewind/operations';
import { idempotencyClaim, type RequestHashes } from '@tradewind/service';

/** One order per buyer and idempotency key. */
export const placeOrderClaim = (userId: UserId, hashes: RequestHashes): Idempotency =>
  idempotencyClaim(userId, 'POST /orders', hashes);

/** The answered requests of orders that were placed directly. The cart service has those of checkouts. */
export function* answeredOrders(published: Iterable<Pick<Published, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of published) {
    if (!(message instanceof OrderPlaced)) continue;
    const { orderId, userId, keyHash, bodyHash, placedAt } = message;
    if (keyHash !== undefined && bodyHash !== undefined)
      yield { claim: placeOrderClaim(userId, { keyHash, bodyHash }), at: new Date(placedAt), answer: { orderId } };
  }
}
