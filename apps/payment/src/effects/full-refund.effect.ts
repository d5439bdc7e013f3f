import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type HandlerContext } from '@tradewind/messaging';
import { settleFullRefund, type FullRefundResult } from '../domain/full-refund.js';
import { recordEvents } from '../handlers/payment.changes.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { requestFullRefund } from './provider-requests.js';
import { paymentOfOrder, type OrderReference } from './payment-of-order.js';
import { Provider } from './provider.js';

/** Refunds everything that is held, whatever the outcome of the take. Retried until the provider has done it. */
@Injectable()
export class FullRefundEffect implements Effect<OrderReference, FullRefundResult | undefined, typeof paymentOfOrder> {
  readonly name = 'payment.refund';
  readonly load = paymentOfOrder;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run(
    { orderId }: OrderReference,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<FullRefundResult | undefined> {
    return requestFullRefund(this.provider, await this.payments.find(orderId), signal);
  }

  settle(
    { orderId }: OrderReference,
    result: FullRefundResult | undefined,
    context: HandlerContext<typeof paymentOfOrder>,
  ): Decision {
    const payment = context.payments.get(orderId);
    return payment && result ? recordEvents(settleFullRefund(payment, result, context.now), context) : nothing();
  }
}
