import { refusal, sameMoney, type Money, type ProductId } from '@tradewind/kernel';

/** An article of the catalogue. */
export interface Product {
  readonly productId: ProductId;
  /** The shop's own code for it; no two products have the same. */
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly addedAt: Date;
}

export interface ProductChange {
  readonly name?: string | undefined;
  readonly price?: Money | undefined;
}

export const skuTaken = refusal('sku-taken');
export const unknownProduct = refusal('unknown-product');

/** The part of a change that really changes something. */
export const realChange = (product: Product, { name, price }: ProductChange): ProductChange => ({
  ...(name !== undefined && name !== product.name && { name }),
  ...(price !== undefined && !sameMoney(price, product.price) && { price }),
});

export const changed = (product: Product, { name, price }: ProductChange): Product => ({
  ...product,
  ...(name !== undefined && { name }),
  ...(price !== undefined && { price }),
});
