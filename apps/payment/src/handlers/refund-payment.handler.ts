import { Controller } from '@nestjs/common';
import { RefundPayment } from '@tradewind/contracts';
import { paymentId } from '@tradewind/kernel';
import { Handles, keys, type Decision, type Given } from '@tradewind/messaging';
import { giveBack } from '../domain/give-back.js';
import { Payments } from '../storage/payment.tables.js';
import { keep } from './payment-words.js';

const load = { payments: keys(Payments, (ask: RefundPayment) => [ask.orderId]) };

@Controller()
export class RefundPaymentHandler {
  /** Where nothing was ever taken the answer is given at once; else it waits until the provider has settled take and refund. */
  @Handles(RefundPayment, { load })
  refund({ orderId }: RefundPayment, given: Given<typeof load>): Decision {
    return keep(
      giveBack(orderId, given.payments.get(orderId), given.now, () => paymentId(given.id())),
      given,
    );
  }
}
