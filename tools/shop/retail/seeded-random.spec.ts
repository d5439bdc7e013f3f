import { describe, expect, it } from '@jest/globals';
import { seededRandom } from './seeded-random.js';

const fractions = (seed: number, purpose: string): number[] => {
  const random = seededRandom(seed, purpose);
  return Array.from({ length: 1_000 }, () => random.fraction());
};

describe('random values', () => {
  it('are the same for the same seed and purpose', () => expect(fractions(1, 'stock')).toEqual(fractions(1, 'stock')));
  it('are others for another seed or purpose', () => {
    expect(fractions(2, 'stock')).not.toEqual(fractions(1, 'stock'));
    expect(fractions(1, 'cards')).not.toEqual(fractions(1, 'stock'));
  });
  it('are uniform in [0, 1)', () => {
    const values = fractions(1, 'stock');
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });
});

describe('random items', () => {
  const items = ['a', 'b', 'c', 'd'];
  it('are each picked at most once', () => expect(seededRandom(1, 'x').pick(4, items).toSorted()).toEqual(items));
  it('are at most all of them', () => expect(seededRandom(1, 'x').pick(9, items)).toHaveLength(4));
  it('leave the list unchanged', () => {
    seededRandom(1, 'x').pick(2, items);
    expect(items).toEqual(['a', 'b', 'c', 'd']);
  });
});
