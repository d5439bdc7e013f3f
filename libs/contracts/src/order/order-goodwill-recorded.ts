import type { Money, OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Part of the price was given back out of goodwill; the order stays confirmed.
 */
@Message({ type: 'order.goodwill-recorded', topic: topics.orderEvents, key: 'orderId' })
export class OrderGoodwillRecorded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsISO8601() readonly recordedAt!: string;
}
