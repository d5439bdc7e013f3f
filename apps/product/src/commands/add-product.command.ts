import { productId, type Money } from '@tradewind/kernel';
import { ProductAdded } from '@tradewind/contracts';
import { answer, command, insert, matching, say, type Given } from '@tradewind/messaging';
import { skuTaken, type Product } from '../domain/product.js';
import { openShelf } from '../domain/shelf.js';
import { Products, Shelves } from '../storage/product.tables.js';

export interface NewProduct {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly stock: number;
}

const load = { namesakes: matching(Products, 'sku', ({ sku }: NewProduct) => [sku]) };

/** Answers the id. Two that race for one code meet at its unique constraint. */
export const addProduct = command(
  'product.add',
  load,
  ({ stock, ...article }: NewProduct, { namesakes, now, id }: Given<typeof load>) => {
    if (namesakes.all().length > 0) return skuTaken;
    const product: Product = { productId: productId(id()), ...article, addedAt: now };
    return insert(Products, product)
      .and(insert(Shelves, openShelf(product.productId, stock)))
      .and(say(ProductAdded, { ...product, stock, addedAt: now.toISOString() }))
      .and(answer(product.productId));
  },
);
