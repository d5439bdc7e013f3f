import { CartCheckedOut, type UserId } from '@tradewind/contracts';
import type { Idempotency } from '@tradewind/messaging';
import type { AnsweredRequest, Published } from '@tradewind/operations';
import { idempotencyClaim, type RequestHashes } from '@tradewind/service';

/** One checkout per buyer and idempotency key. */
export const checkOutClaim = (userId: UserId, hashes: RequestHashes): Idempotency =>
  idempotencyClaim(userId, 'POST /cart/checkout', hashes);

/** The answered checkout requests. */
export function* answeredCheckouts(published: Iterable<Pick<Published, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of published) {
    if (!(message instanceof CartCheckedOut)) continue;
    const { orderId, userId, checkedOutAt } = message;
    yield { claim: checkOutClaim(userId, message), at: new Date(checkedOutAt), answer: { orderId } };
  }
}
