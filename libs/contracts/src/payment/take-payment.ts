import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsId, IsMoney, IsText } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * Take the money of an order. Published by `order`; may repeat. Reply: PaymentTaken or PaymentDeclined.
 */
@Message({ type: 'payment.take', topic: topics.paymentCommands, key: 'orderId' })
export class TakePayment {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @IsMoney() readonly amount!: Money;
  @IsText(100) readonly method!: string;
}
