import { Controller } from '@nestjs/common';
import { StockRefused, StockReleased, StockReserved, StockSold, StockTakenBack } from '@tradewind/contracts';
import { Handles, type Decision, type HandlerContext } from '@tradewind/messaging';
import { continueSaga } from './continue-saga.js';
import { loadOrder } from './order-sagas.js';

/** Replies of the product service to the sagas. */
@Controller()
export class StockRepliesHandler {
  @Handles(StockReserved, { load: loadOrder })
  reserved(reply: StockReserved, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(StockRefused, { load: loadOrder })
  refused(reply: StockRefused, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(StockReleased, { load: loadOrder })
  released(reply: StockReleased, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(StockSold, { load: loadOrder })
  sold(reply: StockSold, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }

  @Handles(StockTakenBack, { load: loadOrder })
  takenBack(reply: StockTakenBack, context: HandlerContext<typeof loadOrder>): Decision {
    return continueSaga(reply, context);
  }
}
