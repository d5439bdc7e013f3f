import { GoodwillStarted } from '@tradewind/contracts';
import type { UserId } from '@tradewind/kernel';
import type { AnsweredRequest, Idempotency, Told } from '@tradewind/messaging';
import { claimOf, type RequestHashes } from '@tradewind/service';
import { startedRefund } from '../handlers/grant-goodwill.command.js';

/** One refund a key, for each administrator. */
export const grantedOnce = (grantedBy: UserId, hashes: RequestHashes): Idempotency =>
  claimOf(grantedBy, 'POST /payments/{id}/refunds', hashes);

/** The requests with a key that refunds were granted by, with their answers. */
export function* answeredRefunds(told: Iterable<Pick<Told, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of told) {
    if (!(message instanceof GoodwillStarted)) continue;
    const { refundId, grantedBy, keyHash, bodyHash, startedAt } = message;
    if (keyHash === undefined || bodyHash === undefined) continue;
    const at = new Date(startedAt);
    yield { claim: grantedOnce(grantedBy, { keyHash, bodyHash }), at, answer: startedRefund(refundId, message, at) };
  }
}
