import type { OrderId } from '@tradewind/kernel';
import { Message } from '@tradewind/messaging/contract';
import { IsOptional } from 'class-validator';
import { IsId, IsInstant, IsSealed, type Sealed } from '../fields/index.js';
import { topics } from '../topics.js';

/**
 * A pending order goes to another address; or, without one, the address of any order is erased because its buyer was forgotten.
 */
@Message({ type: 'order.address-changed', topic: topics.orderEvents, key: 'orderId' })
export class OrderAddressChanged {
  @IsId() readonly orderId!: OrderId;
  @IsOptional() @IsSealed() readonly shippingAddress?: Sealed;
  @IsInstant() readonly changedAt!: string;
}
