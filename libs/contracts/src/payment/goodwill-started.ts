import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsHexadecimal, IsIn, IsOptional, Length } from 'class-validator';
import { IsId, IsInstant, IsMoney } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, PaymentId, UserId } from '../ids.js';
import { refundReasons, type RefundReason } from '../reasons.js';

/**
 * A partial refund out of goodwill was granted; the provider is called next. Has the hashes of the request if that had an idempotency key.
 */
@Message({ type: 'payment.goodwill-started', topic: topics.paymentEvents, key: 'orderId' })
export class GoodwillStarted {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly paymentId!: PaymentId;
  @IsId() readonly refundId!: string;
  @IsMoney() readonly amount!: Money;
  @IsIn(refundReasons) readonly reason!: RefundReason;
  @IsId() readonly grantedBy!: UserId;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly keyHash?: string;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly bodyHash?: string;
  @IsInstant() readonly startedAt!: string;
}
