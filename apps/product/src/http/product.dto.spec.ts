import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { maxLines, maxQuantity } from '@tradewind/contracts';
import { highestPrice } from './product.dto.js';

describe('the highest price', () => {
  it('leaves the total of the largest cart an exact number of JSON', () =>
    expect(maxLines * maxQuantity * highestPrice).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER));
});
