import { Inject, Injectable } from '@nestjs/common';
import { nothing, type Decision, type Effect, type Given } from '@tradewind/messaging';
import { settleTake, type TakeOutcome } from '../domain/take.js';
import { keep } from '../handlers/payment-words.js';
import { PaymentQueries } from '../storage/payment.queries.js';
import { askTake } from './ask-provider.js';
import { itsPayment, type OfAnOrder } from './of-an-order.js';
import { Provider } from './provider.js';

/** Asks the provider for the money until it answers, or until somebody else has settled the take or wants it undone. */
@Injectable()
export class TakePaymentEffect implements Effect<OfAnOrder, TakeOutcome | undefined, typeof itsPayment> {
  readonly name = 'payment.take';
  readonly load = itsPayment;

  constructor(
    @Inject(PaymentQueries) private readonly payments: Pick<PaymentQueries, 'find'>,
    @Inject(Provider) private readonly provider: Provider,
  ) {}

  async run({ orderId }: OfAnOrder, { signal }: { readonly signal: AbortSignal }): Promise<TakeOutcome | undefined> {
    return askTake(this.provider, await this.payments.find(orderId), signal);
  }

  settle({ orderId }: OfAnOrder, outcome: TakeOutcome | undefined, given: Given<typeof itsPayment>): Decision {
    const payment = given.payments.get(orderId);
    return payment && outcome ? keep(settleTake(payment, outcome, given.now), given) : nothing();
  }
}
