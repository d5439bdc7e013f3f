import type { Audited } from '../ground/contestant.js';
import type { Load } from './load.js';

const nothing: Audited = { accepted: 0, confirmed: 0, outOfStock: 0, declined: 0, unaccounted: 0 };

/** What the shop says has become of the orders is what its buyers have seen, and what was there before they came: says so, or throws. */
export function agreement(
  audited: Audited,
  { placed, confirmed }: Pick<Load, 'placed' | 'confirmed'>,
  before: Audited = nothing,
): string {
  if (
    audited.accepted !== before.accepted + placed.length ||
    audited.confirmed !== before.confirmed + confirmed ||
    audited.unaccounted > 0
  ) {
    throw new Error(
      `there were ${JSON.stringify(before)}, the buyers saw ${placed.length} orders accepted and ${confirmed} confirmed; the shop has ${JSON.stringify(audited)}`,
    );
  }
  return `audit clean: ${audited.accepted} orders, ${audited.confirmed} confirmed, ${audited.outOfStock} out of stock, ${audited.declined} declined`;
}
