import { CartCheckedOut } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import type { AnsweredRequest, Idempotency, Told } from '@tradewind/messaging';
import { claimOf, type RequestHashes } from '@tradewind/service';

/** One checkout a key, for each buyer. */
export const checkedOutOnce = (userId: UserId, hashes: RequestHashes): Idempotency =>
  claimOf(userId, 'POST /cart/checkout', hashes);

/** The requests that carts were checked out by, with their answers. */
export function* answeredCheckouts(told: Iterable<Pick<Told, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of told) {
    if (!(message instanceof CartCheckedOut)) continue;
    const { orderId, userId, checkedOutAt } = message;
    yield { claim: checkedOutOnce(userId, message), at: new Date(checkedOutAt), answer: { orderId } };
  }
}
