import { Message } from '@tradewind/messaging/message';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';
import type { OrderId } from '../ids.js';

/**
 * A pending order has another address; or, without `shippingAddress`, the address of an order was erased because its buyer was forgotten.
 */
@Message({ type: 'order.address-changed', topic: topics.orderEvents, key: 'orderId' })
export class OrderAddressChanged {
  @IsId() readonly orderId!: OrderId;
  @IsOptional() @IsSealed() readonly shippingAddress?: Sealed;
  @IsInstant() readonly changedAt!: string;
}
