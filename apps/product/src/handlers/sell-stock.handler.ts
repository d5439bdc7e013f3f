import { Controller } from '@nestjs/common';
import { SellStock } from '@tradewind/contracts';
import { Handles, type Decision, type HandlerContext } from '@tradewind/messaging';
import { sell } from '../domain/reservation.js';
import { recordEvent, reservationOfOrder } from './stock.changes.js';

@Controller()
export class SellStockHandler {
  /** Sells the reserved stock. Never refused: the buyer has paid. */
  @Handles(SellStock, { load: reservationOfOrder })
  sell(command: SellStock, context: HandlerContext<typeof reservationOfOrder>): Decision {
    return recordEvent(sell(command.orderId, context.reservations.get(command.orderId), context.now), context);
  }
}
