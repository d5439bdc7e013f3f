import { Controller } from '@nestjs/common';
import { TakePayment } from '@tradewind/contracts';
import { paymentId } from '@tradewind/kernel';
import { Handles, keys, type Decision, type Given } from '@tradewind/messaging';
import { take } from '../domain/take.js';
import { Payments } from '../storage/payment.tables.js';
import { keep } from './payment-words.js';

const load = { payments: keys(Payments, (ask: TakePayment) => [ask.orderId]) };

@Controller()
export class TakePaymentHandler {
  /** Only notes that the money is wanted: the provider is asked after the commit, and its answer is said when it has come. */
  @Handles(TakePayment, { load })
  take(ask: TakePayment, given: Given<typeof load>): Decision {
    return keep(
      take(ask, given.payments.get(ask.orderId), given.now, () => paymentId(given.id())),
      given,
    );
  }
}
