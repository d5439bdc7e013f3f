import type { Money } from '@tradewind/kernel';
import { ProductAdded, productId } from '@tradewind/contracts';
import { answer, command, insert, rowsWhere, publish, type HandlerContext } from '@tradewind/messaging';
import { newProduct, skuTaken } from '../domain/product.js';
import { newStockLevel } from '../domain/stock-level.js';
import { Products, StockLevels } from '../storage/product.tables.js';

export interface NewProduct {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly stock: number;
}

const load = { sameSku: rowsWhere(Products, 'sku', ({ sku }: NewProduct) => [sku]) };

/** Answers the product's id. Two concurrent requests with one sku conflict at its unique constraint. */
export const addProduct = command(
  'product.add',
  load,
  ({ stock, ...details }: NewProduct, { sameSku, now, newId }: HandlerContext<typeof load>) => {
    if (sameSku.all().length > 0) return skuTaken;
    const product = { productId: productId(newId()), ...details, addedAt: now };
    return insert(Products, newProduct(product))
      .and(insert(StockLevels, newStockLevel(product.productId, stock)))
      .and(publish(ProductAdded, { ...product, stock, addedAt: now.toISOString() }))
      .and(answer(product.productId));
  },
);
