import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * A partial refund out of goodwill was made.
 */
@Message({ type: 'payment.goodwill-refunded', topic: topics.paymentEvents, key: 'orderId' })
export class GoodwillRefunded {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsText(100) readonly reference!: string;
  @IsInstant() readonly refundedAt!: string;
}
