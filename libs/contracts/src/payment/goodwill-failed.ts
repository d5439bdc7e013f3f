import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * A partial refund out of goodwill failed, because the provider refused it.
 */
@Message({ type: 'payment.goodwill-failed', topic: topics.paymentEvents, key: 'orderId' })
export class GoodwillFailed {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsInstant() readonly failedAt!: string;
}
