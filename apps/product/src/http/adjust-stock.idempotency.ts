import { StockAdjusted, type ProductId } from '@tradewind/contracts';
import type { Idempotency } from '@tradewind/messaging';
import type { AnsweredRequest, Published } from '@tradewind/operations';
import { idempotencyClaim, type RequestHashes } from '@tradewind/service';

/** One adjustment per product and idempotency key, also when another administrator sends it: the key identifies the adjustment. */
export const adjustStockClaim = (productId: ProductId, hashes: RequestHashes): Idempotency =>
  idempotencyClaim(productId, 'POST /products/{id}/stock-adjustments', hashes);

/** The answered requests with an idempotency key that adjusted stock. */
export function* answeredAdjustments(published: Iterable<Pick<Published, 'message'>>): Generator<AnsweredRequest> {
  for (const { message } of published) {
    if (!(message instanceof StockAdjusted)) continue;
    const { productId, keyHash, bodyHash, adjustedAt } = message;
    if (keyHash !== undefined && bodyHash !== undefined)
      yield {
        claim: adjustStockClaim(productId, { keyHash, bodyHash }),
        at: new Date(adjustedAt),
        answer: productId,
      };
  }
}
