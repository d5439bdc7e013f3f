import type { Money, OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsId, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * Take the money of an order. Said by `order`; may repeat. Answered by PaymentTaken or PaymentDeclined.
 */
@Message({ type: 'payment.take', topic: topics.paymentCommands, key: 'orderId' })
export class TakePayment {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly amount!: Money;
  @IsText(100) readonly method!: string;
}
