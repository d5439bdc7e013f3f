import type { Money } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/message';
import { IsHexadecimal, Length } from 'class-validator';
import { AreLines, IsId, IsInstant, IsMoney, IsSealed, IsText, OrderLine, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId, UserId } from '../ids.js';

/**
 * A buyer checked out a cart with these lines at these prices. Keyed by the new order. Has the hashes of the idempotency key and body.
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
