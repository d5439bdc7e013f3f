import type { Money, OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Part of the price was given back out of goodwill; the order stays confirmed.
 */
@Message({ type: 'order.goodwill-recorded', topic: topics.orderEvents, key: 'orderId' })
export class OrderGoodwillRecorded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsInstant() readonly recordedAt!: string;
}
