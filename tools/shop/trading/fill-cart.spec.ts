import { describe, expect, it } from '@jest/globals';
import { changesFor } from './fill-cart.js';

const line = (productId: string, quantity: number) => ({ productId, quantity });
const cart = (...lines: { productId: string; quantity: number }[]) => ({
  items: lines.map((one) => ({ ...one, unitPrice: { amount: 1, currency: 'GBP' } })),
});

describe('a cart', () => {
  it('that is empty gets every line', () =>
    expect(changesFor(cart(), [line('a', 1), line('b', 2)])).toEqual([line('a', 1), line('b', 2)]));
  it('that has the lines already gets no change', () =>
    expect(changesFor(cart(line('b', 2), line('a', 1)), [line('a', 1), line('b', 2)])).toEqual([]));
  it('with lines of an earlier run loses them, and gets the right quantities', () =>
    expect(changesFor(cart(line('x', 9), line('a', 3)), [line('a', 1)])).toEqual([line('x', 0), line('a', 1)]));
});
