import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { searchOf, wordsOf } from './search-words.js';

describe('the words of a text', () => {
  it.each([
    ['½ inch', ['1', '2', 'inch']],
    ['carpet 5m²', ['carpet', '5m2']],
    ['H₂O', ['h2o']],
    ['Crème brûlée', ['creme', 'brulee']],
    ['Straße ΟΔΟΣ ς', ['strasse', 'οδοσ', 'σ']],
    ['STRASSE οδος', ['strasse', 'οδοσ']],
    ['ﬁne', ['fine']],
    ['किताब', ['किताब']],
    ['กระเป๋า', ['กระเป๋า']],
    ['كِتَاب', ['كتاب']],
    ['סֵפֶר', ['ספר']],
    ['co\u00adoperate zero\u200bwidth', ['cooperate', 'zerowidth']],
    ['-- .', []],
  ])('%s', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('are the same in every Unicode form', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = wordsOf(text);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
          expect(wordsOf(text.normalize(form))).toEqual(words);
      }),
    ));
});

describe('a search', () => {
  it.each([
    ['white he', "'white':* & 'he':*"],
    ['  85123A/B-2 ', "'85123a':* & 'b':* & '2':*"],
    ["o'neill & !(x | y) :*", "'o':* & 'neill':* & 'x':* & 'y':*"],
    ['-- .', ''],
  ])('%s', (query, words) => expect(searchOf(query)).toBe(words));
});
