import type { Money, OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Nothing is held for the order any more. `amount` is what was given back now: 0 when nothing had been taken. May repeat.
 */
@Message({ type: 'payment.refunded', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentRefunded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsMoney() readonly amount!: Money;
  @IsInstant() readonly refundedAt!: string;
}
