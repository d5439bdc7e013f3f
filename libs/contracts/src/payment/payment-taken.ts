import type { Money, OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The provider has taken the money. May arrive more than once, and after the order gave up waiting.
 */
@Message({ type: 'payment.taken', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentTaken {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsMoney() readonly amount!: Money;
  @IsText(100) readonly reference!: string;
  @IsInstant() readonly takenAt!: string;
}
