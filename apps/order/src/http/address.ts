import type { OrderId } from '@tradewind/contracts';
import type { SealedPlace } from '@tradewind/service';
import type { Address } from './order.dto.js';

/** Where the address of an order is sealed. The cart seals it for the same place. */
export const addressOf = (orderId: OrderId): SealedPlace => ({ field: 'order.shipping-address', record: orderId });

/** The text that is sealed: the fields in a fixed order. */
export const addressText = ({ name, line1, line2, city, postcode, country }: Address): string =>
  JSON.stringify({ name, line1, line2, city, postcode, country });

/** Sealed texts of one address differ, so addresses are compared before they are sealed. */
export const isSameAddress = (one: Address | null, other: Address): boolean =>
  one !== null && addressText(one) === addressText(other);
