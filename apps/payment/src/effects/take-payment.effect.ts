import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type HandlerContext } from '@tradewind/messaging';
import { settleTake, type TakeOutcome } from '../domain/take.js';
import { recordEvents } from '../handlers/payment.changes.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { requestTake } from './provider-requests.js';
import { paymentOfOrder, type OrderReference } from './payment-of-order.js';
import { Provider } from './provider.js';

/** Takes the money. Retried until the provider answers, or until the payment is settled otherwise or being refunded. */
@Injectable()
export class TakePaymentEffect implements Effect<OrderReference, TakeOutcome | undefined, typeof paymentOfOrder> {
  readonly name = 'payment.take';
  readonly load = paymentOfOrder;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run(
    { orderId }: OrderReference,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<TakeOutcome | undefined> {
    return requestTake(this.provider, await this.payments.find(orderId), signal);
  }

  settle(
    { orderId }: OrderReference,
    outcome: TakeOutcome | undefined,
    context: HandlerContext<typeof paymentOfOrder>,
  ): Decision {
    const payment = context.payments.get(orderId);
    return payment && outcome ? recordEvents(settleTake(payment, outcome, context.now), context) : nothing();
  }
}
