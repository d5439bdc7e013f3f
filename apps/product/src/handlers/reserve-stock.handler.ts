import { Controller } from '@nestjs/common';
import { ReserveStock } from '@tradewind/contracts';
import { Handles, keys, type Decision, type Given } from '@tradewind/messaging';
import { reserve } from '../domain/reservation.js';
import { Reservations, Shelves } from '../storage/product.tables.js';
import { keep } from './stock-words.js';

const load = {
  reservations: keys(Reservations, (ask: ReserveStock) => [ask.orderId]),
  shelves: keys(Shelves, (ask: ReserveStock) => ask.lines.map((line) => line.productId)),
};

@Controller()
export class ReserveStockHandler {
  /** Every line or none. Two buyers never share the last piece: the shelves are locked, in key order, for the whole batch. */
  @Handles(ReserveStock, { load })
  reserve(ask: ReserveStock, given: Given<typeof load>): Decision {
    return keep(reserve(ask.orderId, ask.lines, given.reservations.get(ask.orderId), given.shelves, given.now), given);
  }
}
