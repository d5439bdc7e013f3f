import { OrderPlaced } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import type { AnsweredRequest, Idempotency, Told } from '@tradewind/messaging';
import { claimOf, type RequestHashes } from '@tradewind/service';

/** One order a key, for each buyer. */
export const placedOnce = (userId: UserId, hashes: RequestHashes): Idempotency =>
  claimOf(userId, 'POST /orders', hashes);

/** The requests that orders came of, with their answers. An order that came of a cart was requested there. */
export function* answeredOrders(told: Iterable<Pick<Told, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of told) {
    if (!(message instanceof OrderPlaced)) continue;
    const { orderId, userId, keyHash, bodyHash, placedAt } = message;
    if (keyHash !== undefined && bodyHash !== undefined)
      yield { claim: placedOnce(userId, { keyHash, bodyHash }), at: new Date(placedAt), answer: { orderId } };
  }
}
