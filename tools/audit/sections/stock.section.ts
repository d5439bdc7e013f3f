import { gatherConfirmedLines } from '../facts/order-facts.js';
import { gatherProduct } from '../facts/product-facts.js';
import { checkStock } from '../invariants/stock.js';
import { section } from './audit-section.js';

export const stock = section({
  id: 'G2',
  needs: ['product', 'order'],
  gather: async ({ product, order }, { waiting }) => {
    const facts = await gatherProduct(product, [...waiting]);
    return { ...facts, ordered: [...(await gatherConfirmedLines(order, [...waiting])), ...facts.soldToWaiting] };
  },
  check: (facts, { orders, waiting }) => checkStock({ ...facts, orders, waiting }),
});
