import { Controller } from '@nestjs/common';
import { SellStock } from '@tradewind/contracts';
import { Handles, type Decision, type Given } from '@tradewind/messaging';
import { sell } from '../domain/reservation.js';
import { keep, whatIsReserved } from './stock-words.js';

@Controller()
export class SellStockHandler {
  /** What was set aside is sold. Never refused: the buyer has paid. */
  @Handles(SellStock, { load: whatIsReserved })
  sell(ask: SellStock, given: Given<typeof whatIsReserved>): Decision {
    return keep(sell(ask.orderId, given.reservations.get(ask.orderId), given.now), given);
  }
}
