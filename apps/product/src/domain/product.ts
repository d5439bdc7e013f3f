import type { ProductId } from '@tradewind/contracts/ids';
import { rejection, sameMoney, type Money } from '@tradewind/kernel';
import { wordsOf } from './search-words.js';

/** A product of the catalogue. */
export interface Product {
  readonly productId: ProductId;
  /** The shop's unique product code. */
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly addedAt: Date;
  /** The words of code and name as a search compares them, separated by blanks. */
  readonly searchWords: string;
}

export interface ProductChange {
  readonly name?: string | undefined;
  readonly price?: Money | undefined;
}

export const newProduct = (details: Omit<Product, 'searchWords'>): Product => withSearchWords(details);

export const skuTaken = rejection('sku-taken');
export const unknownProduct = rejection('unknown-product');

/** The fields of a change whose values differ. */
export const realChange = (product: Product, { name, price }: ProductChange): ProductChange => ({
  ...(name !== undefined && name !== product.name && { name }),
  ...(price !== undefined && !sameMoney(price, product.price) && { price }),
});

export const changed = (product: Product, { name, price }: ProductChange): Product =>
  withSearchWords({ ...product, ...(name !== undefined && { name }), ...(price !== undefined && { price }) });

const withSearchWords = (details: Omit<Product, 'searchWords'>): Product => ({
  ...details,
  searchWords: wordsOf(`${details.sku} ${details.name}`).join(' '),
});
