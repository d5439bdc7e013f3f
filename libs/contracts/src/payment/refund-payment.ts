import { Message } from '@tradewind/messaging/message';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * Refund everything held for the order and take nothing more. Compensates TakePayment: may arrive before it and may repeat. Reply: PaymentRefunded.
 */
@Message({ type: 'payment.refund', topic: topics.paymentCommands, key: 'orderId' })
export class RefundPayment {
  @IsId() readonly orderId!: OrderId;
}
