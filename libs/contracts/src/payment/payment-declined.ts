import { Message } from '@tradewind/messaging/message';
import { IsIn } from 'class-validator';
import { IsId, IsInstant } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId } from '../ids.js';
import { declineReasons, type DeclineReason } from '../reasons.js';

/**
 * The provider declined the take, or the payment was already compensated. Nothing is held.
 */
@Message({ type: 'payment.declined', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentDeclined {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsIn(declineReasons) readonly reason!: DeclineReason;
  @IsInstant() readonly declinedAt!: string;
}
