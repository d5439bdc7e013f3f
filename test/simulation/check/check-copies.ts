import { Products as CartProducts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Prices } from '../../../apps/order/src/storage/order.tables.js';
import { isArchived } from '../../../apps/product/src/domain/product.js';
import { Products } from '../../../apps/product/src/storage/product.tables.js';
import type { FinalState, Violation } from './final-state.js';

/** At rest the copies of other services say what the product service says. */
export function checkCopies({ rows }: FinalState): Violation[] {
  const copies = [
    ...rows(CartProducts).map((copy) => ({ ...copy, of: 'cart' })),
    ...rows(Prices).map((copy) => ({ ...copy, of: 'order' })),
  ];
  return rows(Products).flatMap((product) =>
    copies
      .filter(({ productId }) => productId === product.productId)
      .filter(
        ({ name, price, archived }) =>
          name !== product.name || price.amount !== product.price.amount || archived !== isArchived(product),
      )
      .map(
        ({ of, name, price, archived }) =>
          `copies: ${of} has ${product.productId} as ${name}, ${price.amount}${archived ? ', archived' : ''}`,
      ),
  );
}
