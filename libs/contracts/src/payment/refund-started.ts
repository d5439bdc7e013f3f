import type { OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Everything held for the order is to be given back. The payment may still be under way.
 */
@Message({ type: 'payment.refund-started', topic: topics.paymentEvents, key: 'orderId' })
export class RefundStarted {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsInstant() readonly startedAt!: string;
}
