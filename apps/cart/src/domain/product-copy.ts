import { Poison, type Money, type ProductId } from '@tradewind/kernel';

/** What the cart knows of a product, from the events of the product's owner. */
export interface ProductCopy {
  readonly productId: ProductId;
  readonly name: string;
  readonly price: Money;
  /** Of the event that wrote this row; an older one never overwrites it. */
  readonly sequence: number;
}

/** The copy after an event; undefined where something newer is known. A change of a product that was never added is Poison. */
export function learn(
  copy: ProductCopy | undefined,
  { productId, ...news }: Pick<ProductCopy, 'productId'> & Partial<Pick<ProductCopy, 'name' | 'price'>>,
  sequence: number,
): ProductCopy | undefined {
  if (copy && copy.sequence >= sequence) return undefined;
  const { name, price } = { ...copy, ...news };
  if (name === undefined || price === undefined)
    throw new Poison(`the product ${productId} was changed before it was added`);
  return { productId, name, price, sequence };
}
