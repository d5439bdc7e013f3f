import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type Given } from '@tradewind/messaging';
import { settleGiveBack, type GivenBack } from '../domain/give-back.js';
import { keep } from '../handlers/payment-words.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { askBack } from './ask-provider.js';
import { itsPayment, type OfAnOrder } from './of-an-order.js';
import { Provider } from './provider.js';

/** Gives everything back, until the provider has done it: the undo of an order, whatever had become of its take. */
@Injectable()
export class GiveBackEffect implements Effect<OfAnOrder, GivenBack | undefined, typeof itsPayment> {
  readonly name = 'payment.give-back';
  readonly load = itsPayment;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run({ orderId }: OfAnOrder, { signal }: { readonly signal: AbortSignal }): Promise<GivenBack | undefined> {
    return askBack(this.provider, await this.payments.find(orderId), signal);
  }

  settle({ orderId }: OfAnOrder, result: GivenBack | undefined, given: Given<typeof itsPayment>): Decision {
    const payment = given.payments.get(orderId);
    return payment && result ? keep(settleGiveBack(payment, result, given.now), given) : nothing();
  }
}
