import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ReleaseStock, ReserveStock } from '@tradewind/contracts';
import { handleBothWays } from '@tradewind/simulation';
import { handlers, messaging } from '../product.module.js';

const idOf = (nr: number): string => `01991234-5678-7000-8000-00000000000${nr}`;
const lines = [{ productId: idOf(9), quantity: 1 }];

describe('stock commands in one batch', () => {
  it('have the same result as one by one', async () => {
    const messages = [
      { message: ReserveStock, fields: { orderId: idOf(1), lines } },
      { message: ReleaseStock, fields: { orderId: idOf(2) } },
      { message: ReleaseStock, fields: { orderId: idOf(1) } },
      { message: ReserveStock, fields: { orderId: idOf(2), lines } },
    ];
    const { oneByOne, batched } = await handleBothWays({ messaging, handlers, messages });
    expect(batched).toEqual(oneByOne);
    expect(Object.keys(batched.published)).toHaveLength(2);
  });
});
