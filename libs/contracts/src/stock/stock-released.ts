import { Message } from '@tradewind/messaging/message';
import { IsOptional } from 'class-validator';
import { AreLines, IsId, IsInstant, StockLine } from '../fields/index.js';
import { topics } from '../topics.js';
import { LevelAfter } from './level-after.js';
import type { OrderId } from '../ids.js';

/**
 * Nothing is reserved for the order, and never will be. `lines` is the released stock; empty if nothing was reserved. `levels` is the stock of each
 * product after it, and is absent in a repeated reply.
 */
@Message({
  type: 'stock.released',
  topic: topics.stockEvents,
  key: 'orderId',
  version: 2,
  readableSince: 1,
  upcasts: { 1: (old) => old },
})
export class StockReleased {
  @IsId() readonly orderId!: OrderId;
  @AreLines(() => StockLine, 0) readonly lines!: readonly StockLine[];
  @IsOptional() @AreLines(() => LevelAfter, 0) readonly levels?: readonly LevelAfter[];
  @IsInstant() readonly releasedAt!: string;
}
