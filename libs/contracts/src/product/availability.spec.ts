import { describe, expect, it } from '@jest/globals';
import { availabilityOf } from './availability.js';

describe('the availability of a product', () => {
  it.each([
    [0, 0],
    [1, 1],
    [9, 1],
    [10, 10],
    [99, 10],
    [100, 100],
    [1_000_000_000, 100_000],
  ])('with %i pieces is %i', (pieces, atLeast) => expect(availabilityOf(pieces)).toBe(atLeast));
});
