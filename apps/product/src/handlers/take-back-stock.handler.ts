import { Controller } from '@nestjs/common';
import { TakeBackStock } from '@tradewind/contracts';
import { Handles, type Decision, type Given } from '@tradewind/messaging';
import { takeBack } from '../domain/reservation.js';
import { keep, whatIsReserved } from './stock-words.js';

@Controller()
export class TakeBackStockHandler {
  /** What was sold is available again: the order was cancelled after its confirmation. */
  @Handles(TakeBackStock, { load: whatIsReserved })
  takeBack(ask: TakeBackStock, given: Given<typeof whatIsReserved>): Decision {
    return keep(takeBack(ask.orderId, given.reservations.get(ask.orderId), given.now), given);
  }
}
