import { Controller } from '@nestjs/common';
import { ReserveStock } from '@tradewind/contracts';
import { Handles, rows, type Decision, type HandlerContext } from '@tradewind/messaging';
import { reserve } from '../domain/reservation.js';
import { Reservations, StockLevels } from '../storage/product.tables.js';
import { recordEvent } from './stock.changes.js';

const load = {
  reservations: rows(Reservations, ({ orderId }: ReserveStock) => [orderId]),
  stockLevels: rows(StockLevels, ({ lines }: ReserveStock) => lines.map(({ productId }) => productId)),
};

@Controller()
export class ReserveStockHandler {
  /** Reserves every line or none. Stock levels are locked in key order for the whole batch, so two orders never get the last piece. */
  @Handles(ReserveStock, { load })
  reserve({ orderId, lines }: ReserveStock, context: HandlerContext<typeof load>): Decision {
    const { reservations, stockLevels, now } = context;
    return recordEvent(reserve(orderId, lines, reservations.get(orderId), stockLevels, now), context);
  }
}
