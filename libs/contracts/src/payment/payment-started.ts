import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId, UserId } from '../ids.js';

/**
 * The take was requested; the provider is called next.
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
