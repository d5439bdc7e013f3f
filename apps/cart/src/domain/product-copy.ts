import type { ProductId } from '@tradewind/contracts/ids';
import { Poison, type Money } from '@tradewind/kernel';

/** The cart service's own copy of a product, from `product.events`. */
export interface ProductCopy {
  readonly productId: ProductId;
  readonly name: string;
  readonly price: Money;
  /** Not for sale any more. */
  readonly archived: boolean;
  /** At least so many pieces are left, and fewer than ten times as many; 100,000 has no upper limit. */
  readonly atLeast: number;
  /** Sequence of the event that wrote this row; an older event never overwrites it. */
  readonly sequence: number;
}

export type CopyChange = Pick<ProductCopy, 'productId'> & Partial<Omit<ProductCopy, 'productId' | 'sequence'>>;

/** The copy after an event; undefined if the copy is already as new. A change of an unknown product is Poison. */
export function updateCopy(
  copy: ProductCopy | undefined,
  { productId, ...change }: CopyChange,
  sequence: number,
): ProductCopy | undefined {
  if (copy && copy.sequence >= sequence) return undefined;
  const { name, price, archived = false, atLeast = 0 } = { ...copy, ...change };
  if (name === undefined || price === undefined)
    throw new Poison(`the product ${productId} was changed before it was added`);
  return { productId, name, price, archived, atLeast, sequence };
}
