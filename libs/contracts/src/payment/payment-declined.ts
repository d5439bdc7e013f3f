import { Message } from '@tradewind/messaging/message';
import { IsId, IsInstant, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';

/**
 * The provider declined the take, or the payment was already compensated. Nothing is held.
 */
@Message({ type: 'payment.declined', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentDeclined {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsText(100) readonly reason!: string;
  @IsInstant() readonly declinedAt!: string;
}
