import type { OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The provider will not take the money, or must not any more. Nothing is held.
 */
@Message({ type: 'payment.declined', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentDeclined {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsText(100) readonly reason!: string;
  @IsInstant() readonly declinedAt!: string;
}
