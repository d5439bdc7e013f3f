import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * A full refund of the order has started. The outcome of the take may still be unknown.
 */
@Message({ type: 'payment.refund-started', topic: topics.paymentEvents, key: 'orderId' })
export class RefundStarted {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsInstant() readonly startedAt!: string;
}
