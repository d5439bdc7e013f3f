import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ProductAdded, ProductRenamed, ProductRepriced } from '@tradewind/contracts';
import { handleBothWays } from '@tradewind/simulation';
import { handlers, messaging } from '../cart.module.js';

const productId = '01991234-5678-7000-8000-000000000001';
const at = new Date(0).toISOString();
const price = (amount: number) => ({ amount, currency: 'GBP' });

describe('product events in one batch', () => {
  it('have the same result as one by one', async () => {
    const messages = [
      {
        message: ProductAdded,
        fields: { productId, sku: 'mug', name: 'Mug', price: price(100), stock: 1, addedAt: at },
      },
      { message: ProductRepriced, fields: { productId, price: price(120), repricedAt: at }, sequence: 2 },
      { message: ProductRenamed, fields: { productId, name: 'Cup', renamedAt: at }, sequence: 3 },
    ];
    const { oneByOne, batched } = await handleBothWays({ messaging, handlers, messages, group: 'cart.prices' });
    expect(batched).toEqual(oneByOne);
    expect(batched.rows['products']).toHaveLength(1);
  });
});
