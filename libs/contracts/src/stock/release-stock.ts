import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The undo of ReserveStock. May come before it (which then does nothing) and may repeat. Answered by StockReleased.
 */
@Message({ type: 'stock.release', topic: topics.stockCommands, key: 'orderId' })
export class ReleaseStock {
  @IsId() readonly orderId!: OrderId;
}
