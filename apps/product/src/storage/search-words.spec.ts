import { describe, expect, it } from '@jest/globals';
import { searchWords } from './search-words.js';

describe('the words of a search', () => {
  it.each([
    ['white he', "'white':* & 'he':*"],
    ['  85123A/B-2 ', "'85123A':* & 'B':* & '2':*"],
    ["o'neill & !(x | y) :*", "'o':* & 'neill':* & 'x':* & 'y':*"],
    ['crème brûlée', "'crème':* & 'brûlée':*"],
    ['-- .', ''],
  ])('%s', (query, words) => expect(searchWords(query)).toBe(words));
});
