import type { ProductId } from '@tradewind/contracts/ids';
import { rejection, sameMoney, type Money } from '@tradewind/kernel';

/** A product of the catalogue. */
export interface Product {
  readonly productId: ProductId;
  /** The shop's unique product code. */
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly addedAt: Date;
}

export interface ProductChange {
  readonly name?: string | undefined;
  readonly price?: Money | undefined;
}

export const skuTaken = rejection('sku-taken');
export const unknownProduct = rejection('unknown-product');

/** The fields of a change whose values differ. */
export const realChange = (product: Product, { name, price }: ProductChange): ProductChange => ({
  ...(name !== undefined && name !== product.name && { name }),
  ...(price !== undefined && !sameMoney(price, product.price) && { price }),
});

export const changed = (product: Product, { name, price }: ProductChange): Product => ({
  ...product,
  ...(name !== undefined && { name }),
  ...(price !== undefined && { price }),
});
