import type { Money, OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
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
  @IsInstant() readonly failedAt!: string;
}
