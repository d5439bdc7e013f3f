import { GoodwillStarted, type PaymentId } from '@tradewind/contracts';
import type { Idempotency } from '@tradewind/messaging';
import type { AnsweredRequest, Published } from '@tradewind/operations';
import { idempotencyClaim, type RequestHashes } from '@tradewind/service';
import { startedRefund } from '../commands/grant-goodwill.command.js';

/** One refund per payment and idempotency key, also when another administrator sends it: the key identifies the refund. */
export const grantGoodwillClaim = (paymentId: PaymentId, hashes: RequestHashes): Idempotency =>
  idempotencyClaim(paymentId, 'POST /payments/{id}/refunds', hashes);

/** The answered requests with an idempotency key that granted refunds. */
export function* answeredRefunds(published: Iterable<Pick<Published, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of published) {
    if (!(message instanceof GoodwillStarted)) continue;
    const { refundId, paymentId, keyHash, bodyHash, startedAt } = message;
    if (keyHash === undefined || bodyHash === undefined) continue;
    const at = new Date(startedAt);
    yield {
      claim: grantGoodwillClaim(paymentId, { keyHash, bodyHash }),
      at,
      answer: startedRefund(refundId, message, at),
    };
  }
}
