import type { Money, OrderId, UserId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsHexadecimal, Length } from 'class-validator';
import { AreLines, IsId, IsInstant, IsMoney, IsSealed, IsText, OrderLine, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A buyer wants exactly these lines at exactly these prices. Keyed by the order that comes of it. Carries hashes of the idempotency key and body.
 */
@Message({ type: 'cart.checked-out', topic: topics.cartEvents, key: 'orderId' })
export class CartCheckedOut {
  @IsId() readonly orderId!: OrderId;
  @IsId() readonly userId!: UserId;
  @AreLines(() => OrderLine) readonly lines!: readonly OrderLine[];
  @IsMoney() readonly total!: Money;
  @IsText(100) readonly paymentMethod!: string;
  @IsSealed() readonly shippingAddress!: Sealed;
  @IsHexadecimal() @Length(64, 64) readonly keyHash!: string;
  @IsHexadecimal() @Length(64, 64) readonly bodyHash!: string;
  @IsInstant() readonly checkedOutAt!: string;
}
