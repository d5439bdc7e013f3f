import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * Nothing is held for the order any more. `amount` is the refunded amount: 0 if nothing had been taken. May repeat.
 */
@Message({ type: 'payment.refunded', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentRefunded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsMoney() readonly amount!: Money;
  @IsInstant() readonly refundedAt!: string;
}
