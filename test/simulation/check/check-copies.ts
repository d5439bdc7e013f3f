import { availabilityOf } from '@tradewind/contracts';
import { Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import { isArchived } from '../../../apps/product/src/domain/product.js';
import { Products, StockLevels } from '../../../apps/product/src/storage/product.tables.js';
import type { FinalState, Violation } from './final-state.js';

/** At rest the copies of other services say what the product service says. */
export function checkCopies({ rows }: FinalState): Violation[] {
  const products = new Map(rows(Products).map((product) => [product.productId, product]));
  const available = new Map(rows(StockLevels).map((level) => [level.productId, level.available]));
  const copies = [
    ...rows(CartProducts).map((copy) => ({ of: 'cart', ...copy })),
    ...rows(Prices).map((copy) => ({ of: 'order', atLeast: undefined, ...copy })),
  ];
  return copies.flatMap(({ of, productId, name, price, archived, atLeast }) => {
    const product = products.get(productId);
    const expected = availabilityOf(available.get(productId) ?? 0);
    return name === product?.name &&
      price.amount === product.price.amount &&
      archived === isArchived(product) &&
      (atLeast ?? expected) === expected
      ? []
      : [`copies: ${of} has ${productId} as ${JSON.stringify({ name, price, archived, atLeast })}`];
  });
}
