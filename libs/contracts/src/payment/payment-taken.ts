import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * The provider has taken the money. May arrive more than once, and after the order's timeout.
 */
@Message({ type: 'payment.taken', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentTaken {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsMoney() readonly amount!: Money;
  @IsText(100) readonly reference!: string;
  @IsInstant() readonly takenAt!: string;
}
