import { Message } from '@tradewind/messaging/message';
import { IsOptional } from 'class-validator';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import { LevelAfter } from './level-after.js';
import type { OrderId } from '../ids.js';

/**
 * All lines are reserved for the order. May arrive more than once, and after the order's timeout. `levels` is the stock of each
 * product after it, and is absent in a repeated reply.
 */
@Message({
  type: 'stock.reserved',
  topic: topics.stockEvents,
  key: 'orderId',
  version: 2,
  readableSince: 1,
  upcasts: { 1: (old) => old },
})
export class StockReserved {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine) readonly lines!: readonly StockLine[];
  @IsOptional() @AreLines(() => LevelAfter, 0) readonly levels?: readonly LevelAfter[];
  @IsInstant() readonly reservedAt!: string;
}
