import { describe, expect, it } from '@jest/globals';
import { copiesOf } from './copies.js';

describe('copies of template orders', () => {
  const copies = [...copiesOf(['a', 'b', 'c'], 7, 0, 4), ...copiesOf(['a', 'b', 'c'], 7, 4, 8)];
  it('are as many as requested, and equally many of each template but for the remainder', () =>
    expect(copies.map(({ template }) => template).join('')).toBe('abcabca'));
  it('are all different, oldest first', () => {
    expect(new Set(copies.map(({ template, secondsEarlier }) => `${template} ${secondsEarlier}`)).size).toBe(7);
    const last = copies.at(-1)!.secondsEarlier;
    expect(copies.map(({ secondsEarlier }) => secondsEarlier - last)).toEqual([2, 2, 2, 1, 1, 1, 0]);
  });
});
