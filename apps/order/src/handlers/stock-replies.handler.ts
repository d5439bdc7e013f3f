import { Controller } from '@nestjs/common';
import { StockRefused, StockReleased, StockReserved, StockSold, StockTakenBack } from '@tradewind/contracts';
import { Handles, type Decision, type Given } from '@tradewind/messaging';
import { hearReply } from './hear-reply.js';
import { loadOrder } from './order-sagas.js';

/** What the product service answers to an order's saga. */
@Controller()
export class StockRepliesHandler {
  @Handles(StockReserved, { load: loadOrder })
  reserved(reply: StockReserved, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(StockRefused, { load: loadOrder })
  refused(reply: StockRefused, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(StockReleased, { load: loadOrder })
  released(reply: StockReleased, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(StockSold, { load: loadOrder })
  sold(reply: StockSold, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }

  @Handles(StockTakenBack, { load: loadOrder })
  takenBack(reply: StockTakenBack, given: Given<typeof loadOrder>): Decision {
    return hearReply(reply, given);
  }
}
