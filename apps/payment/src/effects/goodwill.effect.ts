import { Inject, Injectable } from '@nestjs/common';
import type { Money, OrderId } from '@tradewind/kernel';
import { keys, nothing, type Decision, type Effect, type Given } from '@tradewind/messaging';
import { settleGoodwill } from '../domain/give-back.js';
import { goodwillKey, takeKey } from '../domain/operation-keys.js';
import { keep } from '../handlers/payment-words.js';
import type { RefundResult } from '../provider/payment-provider.js';
import { Payments, Refunds } from '../storage/payment.tables.js';
import { Provider } from './provider.js';

interface OfARefund {
  readonly orderId: OrderId;
  readonly refundId: string;
  readonly amount: Money;
}

const load = {
  payments: keys(Payments, ({ orderId }: OfARefund) => [orderId]),
  refunds: keys(Refunds, ({ refundId }: OfARefund) => [refundId]),
};

/** Gives part of the money back. A provider that refuses it for good makes it fail; nothing is promised any more then. */
@Injectable()
export class GoodwillEffect implements Effect<OfARefund, RefundResult, typeof load> {
  readonly name = 'payment.goodwill';
  readonly load = load;

  constructor(@Inject(Provider) private readonly provider: Provider) {}

  run({ orderId, refundId, amount }: OfARefund, { signal }: { readonly signal: AbortSignal }): Promise<RefundResult> {
    return this.provider.refund(
      { key: goodwillKey(orderId, refundId), takeKey: takeKey(orderId), amount, reason: 'goodwill' },
      signal,
    );
  }

  settle({ refundId }: OfARefund, result: RefundResult, given: Given<typeof load>): Decision {
    const refund = given.refunds.get(refundId);
    return refund
      ? keep(settleGoodwill(refund, result.status === 'refunded' ? result.reference : undefined, given.now), given)
      : nothing();
  }
}
