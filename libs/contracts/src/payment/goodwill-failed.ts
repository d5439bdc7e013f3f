import type { Money, OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601 } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A partial refund out of goodwill can't be given any more (the payment was refunded meanwhile).
 */
@Message({ type: 'payment.goodwill-failed', topic: topics.paymentEvents, key: 'orderId' })
export class GoodwillFailed {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsISO8601() readonly failedAt!: string;
}
