import { Controller } from '@nestjs/common';
import { ReleaseStock } from '@tradewind/contracts';
import { Handles, type Decision, type Given } from '@tradewind/messaging';
import { release } from '../domain/reservation.js';
import { keep, whatIsReserved } from './stock-words.js';

@Controller()
export class ReleaseStockHandler {
  /** What was set aside is available again, and a reserve that comes later does nothing. */
  @Handles(ReleaseStock, { load: whatIsReserved })
  release(ask: ReleaseStock, given: Given<typeof whatIsReserved>): Decision {
    return keep(release(ask.orderId, given.reservations.get(ask.orderId), given.now), given);
  }
}
