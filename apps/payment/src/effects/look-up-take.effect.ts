import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type HandlerContext } from '@tradewind/messaging';
import { takeKey } from '../domain/operation-keys.js';
import { settleTake } from '../domain/take.js';
import { recordEvents } from '../handlers/payment.changes.js';
import type { Found } from '../provider/payment-provider.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { paymentOfOrder, type OrderReference } from './payment-of-order.js';
import { Provider } from './provider.js';

/** Looks up the outcome of an overdue take after a webhook notification, while the take effect still waits for its answer. */
@Injectable()
export class LookUpTakeEffect implements Effect<OrderReference, Found, typeof paymentOfOrder> {
  readonly name = 'payment.look-up';
  readonly load = paymentOfOrder;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run({ orderId }: OrderReference, { signal }: { readonly signal: AbortSignal }): Promise<Found> {
    const payment = await this.payments.find(orderId);
    return payment?.status === 'requested' ? this.provider.find(takeKey(orderId), signal) : { status: 'absent' };
  }

  settle({ orderId }: OrderReference, found: Found, context: HandlerContext<typeof paymentOfOrder>): Decision {
    const payment = context.payments.get(orderId);
    return payment && found.status !== 'absent' && found.status !== 'refunded'
      ? recordEvents(settleTake(payment, found, context.now), context)
      : nothing();
  }
}
