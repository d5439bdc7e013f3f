import type { ProductId } from '@tradewind/contracts/ids';
import { Poison, type Money } from '@tradewind/kernel';

/** The order service's own copy of a product: its current name and price, and whether it is for sale. */
export interface Price {
  readonly productId: ProductId;
  readonly name: string;
  readonly price: Money;
  /** Not for sale any more. */
  readonly archived: boolean;
  /** Sequence of the product's event that wrote this copy: an older event never overwrites it. */
  readonly sequence: number;
}

/** The copy after an event, or undefined if the copy is already as new. */
export function newer(
  copy: Price | undefined,
  sequence: number,
  change: Partial<Pick<Price, 'name' | 'price' | 'archived'>>,
): Price | undefined {
  if (!copy) throw new Poison('the product was changed before it was added');
  return sequence > copy.sequence ? { ...copy, ...change, sequence } : undefined;
}

/** The first copy of a product, or undefined if the copy is already as new. */
export const first = (copy: Price | undefined, added: Price): Price | undefined =>
  copy && copy.sequence >= added.sequence ? undefined : added;
