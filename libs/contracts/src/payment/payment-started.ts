import type { Money, OrderId, PaymentId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { IsId, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The provider is about to be asked for the money.
 */
@Message({ type: 'payment.started', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentStarted {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly amount!: Money;
  @IsString() @MaxLength(100) readonly method!: string;
  @IsISO8601() readonly startedAt!: string;
}
