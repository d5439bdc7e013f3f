import { Controller } from '@nestjs/common';
import { PaymentDeclined, PaymentRefunded, PaymentTaken } from '@tradewind/contracts';
import { Handles, type Decision, type HandlerContext } from '@tradewind/messaging';
import { continueSaga } from './continue-saga.js';
import { loadOrder } from './order-sagas.js';

/** Replies of the payment service to the sagas. */
@Controller()
export class PaymentRepliesHandler {
  @Handles(PaymentTaken, { load: loadOrder })
  taken(reply: PaymentTaken, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(PaymentDeclined, { load: loadOrder })
  declined(reply: PaymentDeclined, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(PaymentRefunded, { load: loadOrder })
  refunded(reply: PaymentRefunded, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }
}
