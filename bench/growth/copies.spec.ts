import { describe, expect, it } from '@jest/globals';
import { copiesOf } from './copies.js';

describe('copies of stories', () => {
  const copies = [...copiesOf(['a', 'b', 'c'], 7, 0, 4), ...copiesOf(['a', 'b', 'c'], 7, 4, 8)];
  it('are as many as were asked for, each story as often as any other, but for what does not come out even', () =>
    expect(copies.map(({ story }) => story).join('')).toBe('abcabca'));
  it('are all different, the oldest first', () => {
    expect(new Set(copies.map(({ story, ago }) => `${story} ${ago}`)).size).toBe(7);
    expect(copies.map(({ ago }) => ago - copies.at(-1)!.ago)).toEqual([2, 2, 2, 1, 1, 1, 0]);
  });
});
