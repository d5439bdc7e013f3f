import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Give back all that is still held for the order, and take nothing any more. The undo of TakePayment: may come before it and may repeat. Answered by PaymentRefunded.
 */
@Message({ type: 'payment.refund', topic: topics.paymentCommands, key: 'orderId' })
export class RefundPayment {
  @IsId() readonly orderId!: OrderId;
}
