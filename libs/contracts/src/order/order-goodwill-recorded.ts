import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Part of the price was refunded out of goodwill; the order stays confirmed.
 */
@Message({ type: 'order.goodwill-recorded', topic: topics.orderEvents, key: 'orderId' })
export class OrderGoodwillRecorded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsInstant() readonly recordedAt!: string;
}
