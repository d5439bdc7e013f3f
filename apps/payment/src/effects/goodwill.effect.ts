import { Inject, Injectable } from '@nestjs/common';
import type { OrderId } from '@tradewind/contracts';
import type { Money } from '@tradewind/kernel';
import { rows, nothing, type Decision, type Effect, type HandlerContext } from '@tradewind/messaging';
import { settleGoodwill } from '../domain/goodwill.js';
import { goodwillKey, takeKey } from '../domain/operation-keys.js';
import { recordEvents } from '../handlers/payment.changes.js';
import type { RefundResult } from '../provider/payment-provider.js';
import { Payments, Refunds } from '../storage/payment.tables.js';
import { Provider } from './provider.js';

interface RefundReference {
  readonly orderId: OrderId;
  readonly refundId: string;
  readonly amount: Money;
}

const load = {
  payments: rows(Payments, ({ orderId }: RefundReference) => [orderId]),
  refunds: rows(Refunds, ({ refundId }: RefundReference) => [refundId]),
};

/** Makes a partial refund. It fails if the provider refuses it; the granted amount is then free again. */
@Injectable()
export class GoodwillEffect implements Effect<RefundReference, RefundResult, typeof load> {
  readonly name = 'payment.goodwill';
  readonly load = load;

  constructor(@Inject(Provider) private readonly provider: Provider) {}

  run(
    { orderId, refundId, amount }: RefundReference,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<RefundResult> {
    return this.provider.refund(
      { key: goodwillKey(orderId, refundId), takeKey: takeKey(orderId), amount, reason: 'goodwill' },
      signal,
    );
  }

  settle({ refundId }: RefundReference, result: RefundResult, context: HandlerContext<typeof load>): Decision {
    const refund = context.refunds.get(refundId);
    return refund
      ? recordEvents(
          settleGoodwill(refund, result.status === 'refunded' ? result.reference : undefined, context.now),
          context,
        )
      : nothing();
  }
}
