import { describe, expect, it } from '@jest/globals';
import { maxLines, maxQuantity } from '@tradewind/contracts';
import { mostLines, mostPieces } from '../domain/cart.js';

describe('the limits of a cart', () => {
  it('are those of an order', () => expect([mostLines, mostPieces]).toEqual([maxLines, maxQuantity]));
});
