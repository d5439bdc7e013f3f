import type { OrderId, PaymentId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsISO8601, IsString, MaxLength } from 'class-validator';
import { IsId } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * The provider will not take the money, or must not any more. Nothing is held.
 */
@Message({ type: 'payment.declined', topic: topics.paymentEvents, key: 'orderId' })
export class PaymentDeclined {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsString() @MaxLength(100) readonly reason!: string;
  @IsISO8601() readonly declinedAt!: string;
}
