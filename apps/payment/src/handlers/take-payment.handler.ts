import { Controller } from '@nestjs/common';
import { TakePayment, paymentId } from '@tradewind/contracts';
import { Handles, rows, type Decision, type HandlerContext } from '@tradewind/messaging';
import { take } from '../domain/take.js';
import { Payments } from '../storage/payment.tables.js';
import { recordEvents } from './payment.changes.js';

const load = { payments: rows(Payments, ({ orderId }: TakePayment) => [orderId]) };

@Controller()
export class TakePaymentHandler {
  /** Only records the request. The provider is called after the commit by an effect, which publishes the outcome. */
  @Handles(TakePayment, { load })
  take(command: TakePayment, context: HandlerContext<typeof load>): Decision {
    return recordEvents(
      take(command, context.payments.get(command.orderId), context.now, () => paymentId(context.newId())),
      context,
    );
  }
}
