import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type Given } from '@tradewind/messaging';
import { takeKey } from '../domain/operation-keys.js';
import { settleTake } from '../domain/take.js';
import { keep } from '../handlers/payment-words.js';
import type { Found } from '../provider/payment-provider.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { itsPayment, type OfAnOrder } from './of-an-order.js';
import { Provider } from './provider.js';

/** The provider let us know that a take has come to something: asks it what, beside the take that still waits for its answer. */
@Injectable()
export class LookUpTakeEffect implements Effect<OfAnOrder, Found, typeof itsPayment> {
  readonly name = 'payment.look-up';
  readonly load = itsPayment;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run({ orderId }: OfAnOrder, { signal }: { readonly signal: AbortSignal }): Promise<Found> {
    const payment = await this.payments.find(orderId);
    return payment?.status === 'requested' ? this.provider.find(takeKey(orderId), signal) : { status: 'absent' };
  }

  settle({ orderId }: OfAnOrder, found: Found, given: Given<typeof itsPayment>): Decision {
    const payment = given.payments.get(orderId);
    return payment && found.status !== 'absent' && found.status !== 'refunded'
      ? keep(settleTake(payment, found, given.now), given)
      : nothing();
  }
}
