import { describe, expect, it } from '@jest/globals';
import { Lru } from './lru.js';

describe('a full cache', () => {
  const filled = (): Lru<string, number> => {
    const cache = new Lru<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    return cache;
  };
  it('removes the entry that was added first', () => {
    const cache = filled();
    cache.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, 2, 3]);
  });
  it('keeps an entry that was read since', () => {
    const cache = filled();
    cache.get('a');
    cache.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  });
  it('removes no other entry when one is replaced', () => {
    const cache = filled();
    cache.set('a', 9);
    expect(['a', 'b'].map((key) => cache.get(key))).toEqual([9, 2]);
  });
});
