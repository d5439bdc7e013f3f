import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsHexadecimal, IsOptional, Length } from 'class-validator';
import { AreLines, IsId, IsInstant, IsMoney, IsSealed, IsText, OrderLine, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * An order is accepted and pending. The first event of its key; exactly one outcome follows. Orders placed directly have `keyHash` and `bodyHash`.
 */
@Message({ type: 'order.placed', topic: topics.orderEvents, key: 'orderId' })
export class OrderPlaced {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @AreLines(() => OrderLine) readonly lines!: readonly OrderLine[];
  @IsMoney() readonly total!: Money;
  @IsText(100) readonly paymentMethod!: string;
  @IsSealed() readonly shippingAddress!: Sealed;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly keyHash?: string;
  @IsOptional() @IsHexadecimal() @Length(64, 64) readonly bodyHash?: string;
  @IsInstant() readonly placedAt!: string;
}
