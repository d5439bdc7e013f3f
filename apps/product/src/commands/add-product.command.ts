import type { Money } from '@tradewind/kernel';
import { ProductAdded, productId } from '@tradewind/contracts';
import { answer, command, insert, rowsWhere, publish, type HandlerContext } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { newProduct, skuTaken } from '../domain/product.js';
import { skuKeyOf } from '../domain/sku.js';
import { stockChange } from '../domain/stock-change.js';
import { newStockLevel } from '../domain/stock-level.js';
import { Products, StockChanges, StockLevels } from '../storage/product.tables.js';

export interface NewProduct {
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly stock: number;
  readonly acting: ActingStaff;
}

const load = { sameSku: rowsWhere(Products, 'skuKey', ({ sku }: NewProduct) => [skuKeyOf(sku)]) };

/** Answers the product's id. Two concurrent requests with one sku conflict at its unique constraint. */
export const addProduct = command(
  'product.add',
  load,
  ({ stock, acting, ...details }: NewProduct, { sameSku, now, newId }: HandlerContext<typeof load>) => {
    if (sameSku.all().length > 0) return skuTaken;
    const product = newProduct({ productId: productId(newId()), ...details, addedAt: now });
    const { productId: id, sku, name, price } = product;
    const level = newStockLevel(id, stock);
    return insert(Products, product)
      .and(insert(StockLevels, level))
      .and(insert(StockChanges, stockChange(undefined, level, { cause: 'added' }, now)))
      .and(publish(ProductAdded, { productId: id, sku, name, price, stock, addedAt: now.toISOString() }))
      .and(recordedAction(acting, { action: 'product.add', subject: id, after: { sku, name, price, stock } }, newId()))
      .and(answer(id));
  },
);
