import type { Money, OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A partial refund out of goodwill was accepted; the provider is about to be asked.
 */
@Message({ type: 'payment.goodwill-started', topic: topics.paymentEvents, key: 'orderId' })
export class GoodwillStarted {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsString() @MaxLength(500) readonly reason!: string;
  @IsISO8601() readonly startedAt!: string;
}
