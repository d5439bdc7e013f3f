import { describe, expect, it } from '@jest/globals';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { picking, type Which } from './which.js';

const struck = (which: Which, seed = 1): number[] => {
  const picks = picking(which, chanceOf(seed, 'test'));
  return Array.from({ length: 10_000 }, (_, index) => index + 1).filter(() => picks());
};

describe('the occasions that a fault strikes', () => {
  it('are the n-th alone', () => expect(struck({ nth: 17 })).toEqual([17]));
  it('are every n-th', () => expect(struck({ every: 2_500 })).toEqual([2_500, 5_000, 7_500, 10_000]));
  it('are about as many as their probability says', () => {
    const { length } = struck({ probability: 0.01 });
    expect(length).toBeGreaterThan(70);
    expect(length).toBeLessThan(130);
  });
  it('are the same ones by the same seed', () => {
    expect(struck({ probability: 0.01 }, 7)).toEqual(struck({ probability: 0.01 }, 7));
    expect(struck({ probability: 0.01 }, 7)).not.toEqual(struck({ probability: 0.01 }, 8));
  });
});
