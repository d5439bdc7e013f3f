import type { Money, OrderId, PaymentId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
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
  @IsText(100) readonly method!: string;
  @IsInstant() readonly startedAt!: string;
}
