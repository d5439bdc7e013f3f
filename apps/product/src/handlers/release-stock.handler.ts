import { Controller } from '@nestjs/common';
import { ReleaseStock } from '@tradewind/contracts';
import { Handles, type Decision, type HandlerContext } from '@tradewind/messaging';
import { release } from '../domain/reservation.js';
import { recordEvent, reservationOfOrder } from './stock.changes.js';

@Controller()
export class ReleaseStockHandler {
  /** Makes reserved stock available again. A reserve command that arrives later does nothing. */
  @Handles(ReleaseStock, { load: reservationOfOrder })
  release(command: ReleaseStock, context: HandlerContext<typeof reservationOfOrder>): Decision {
    return recordEvent(release(command.orderId, context.reservations.get(command.orderId), context.now), context);
  }
}
