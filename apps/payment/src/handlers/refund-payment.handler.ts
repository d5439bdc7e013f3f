import { Controller } from '@nestjs/common';
import { RefundPayment, paymentId } from '@tradewind/contracts';
import { Handles, rows, type Decision, type HandlerContext } from '@tradewind/messaging';
import { startFullRefund } from '../domain/full-refund.js';
import { Payments } from '../storage/payment.tables.js';
import { recordEvents } from './payment.changes.js';

const load = { payments: rows(Payments, ({ orderId }: RefundPayment) => [orderId]) };

@Controller()
export class RefundPaymentHandler {
  /** Replies at once if nothing was taken; otherwise after the provider has settled take and refund. */
  @Handles(RefundPayment, { load })
  refund({ orderId }: RefundPayment, context: HandlerContext<typeof load>): Decision {
    return recordEvents(
      startFullRefund(orderId, context.payments.get(orderId), context.now, () => paymentId(context.newId())),
      context,
    );
  }
}
