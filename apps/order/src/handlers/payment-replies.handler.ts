import { Controller } from '@nestjs/common';
import { PaymentDeclined, PaymentRefunded, PaymentTaken } from '@tradewind/contracts';
import { Handles, type Decision, type Given } from '@tradewind/messaging';
import { hearReply } from './hear-reply.js';
import { loadOrder } from './order-sagas.js';

/** What the payment service answers to an order's saga. */
@Controller()
export class PaymentRepliesHandler {
  @Handles(PaymentTaken, { load: loadOrder })
  taken(reply: PaymentTaken, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(PaymentDeclined, { load: loadOrder })
  declined(reply: PaymentDeclined, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(PaymentRefunded, { load: loadOrder })
  refunded(reply: PaymentRefunded, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }
}
