import { describe, expect, it } from '@jest/globals';
import { quantile } from './quantile.js';

describe('a quantile', () => {
  it('is the value that so much does not exceed', () =>
    expect([0.5, 0.99, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([2, 4, 4]));
  it('of nothing is none', () => expect(quantile([], 0.99)).toBeNaN());
});
