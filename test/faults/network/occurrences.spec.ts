import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { occurrenceMatcher, type Occurrences } from './occurrences.js';

const selected = (occurrences: Occurrences, seed = 1): number[] => {
  const selects = occurrenceMatcher(occurrences, seededRandom(seed, 'test'));
  return Array.from({ length: 10_000 }, (_, index) => index + 1).filter(() => selects());
};

describe('the occurrences that a fault selects', () => {
  it('are the n-th only', () => expect(selected({ nth: 17 })).toEqual([17]));
  it('are every n-th', () => expect(selected({ every: 2_500 })).toEqual([2_500, 5_000, 7_500, 10_000]));
  it('are about as many as the probability says', () => {
    const { length } = selected({ probability: 0.01 });
    expect(length).toBeGreaterThan(70);
    expect(length).toBeLessThan(130);
  });
  it('are the same for the same seed', () => {
    expect(selected({ probability: 0.01 }, 7)).toEqual(selected({ probability: 0.01 }, 7));
    expect(selected({ probability: 0.01 }, 7)).not.toEqual(selected({ probability: 0.01 }, 8));
  });
});
