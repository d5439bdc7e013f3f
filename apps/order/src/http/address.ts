import type { Address } from './order.dto.js';

/** The text that is sealed: the fields in a fixed order. */
export const addressText = ({ name, line1, line2, city, postcode, country }: Address): string =>
  JSON.stringify({ name, line1, line2, city, postcode, country });

/** Sealed texts of one address differ, so addresses are compared before they are sealed. */
export const isSameAddress = (one: Address | null, other: Address): boolean =>
  one !== null && addressText(one) === addressText(other);
