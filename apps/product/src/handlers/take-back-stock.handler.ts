import { Controller } from '@nestjs/common';
import { TakeBackStock } from '@tradewind/contracts';
import { Handles, type Decision, type HandlerContext } from '@tradewind/messaging';
import { takeBack } from '../domain/reservation.js';
import { recordEvent, reservationOfOrder } from './stock.changes.js';

@Controller()
export class TakeBackStockHandler {
  /** Makes sold stock available again: the order was cancelled after its confirmation. */
  @Handles(TakeBackStock, { load: reservationOfOrder })
  takeBack(command: TakeBackStock, context: HandlerContext<typeof reservationOfOrder>): Decision {
    return recordEvent(takeBack(command.orderId, context.reservations.get(command.orderId), context.now), context);
  }
}
