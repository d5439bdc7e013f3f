import { Poison, type Money, type ProductId } from '@tradewind/kernel';

/** The order service's own copy of a product: what it is called and what it costs now. */
export interface Price {
  readonly productId: ProductId;
  readonly name: string;
  readonly price: Money;
  /** The place of the record that wrote this among the records of its product: an older one never overwrites it. */
  readonly sequence: number;
}

/** The copy after a record, or undefined where the copy is as new as that record or newer. */
export function newer(
  copy: Price | undefined,
  sequence: number,
  change: Partial<Pick<Price, 'name' | 'price'>>,
): Price | undefined {
  if (!copy) throw new Poison('a product that was never added has changed');
  return sequence > copy.sequence ? { ...copy, ...change, sequence } : undefined;
}

/** A product's first copy, or undefined where the copy is as new as that or newer. */
export const first = (copy: Price | undefined, added: Price): Price | undefined =>
  copy && copy.sequence >= added.sequence ? undefined : added;
