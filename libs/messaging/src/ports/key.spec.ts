import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedKey, checkKey, maxKeyBytes } from './key.js';

describe('a key that is too long for an index', () => {
  it('is identified by its hash', () => {
    const long = ['a', 'b'].map((end) => 'ü'.repeat(maxKeyBytes / 2) + end);
    expect(new Set(long.map(boundedKey)).size).toBe(2);
    expect(long.map((key) => boundedKey(key).length)).toEqual([69, 69]);
  });
  it('is accepted up to the limit, in bytes', () => {
    const key = 'ü'.repeat(maxKeyBytes / 2);
    expect(boundedKey(key)).toBe(key);
    expect(() => checkKey('the key', key)).not.toThrow();
    expect(() => checkKey('the key', `${key}a`)).toThrow('the key has 1001 bytes, 1000 are possible');
  });
  it('never has more bytes than the limit', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 4_000, size: 'max' }), (key) =>
        expect(Buffer.byteLength(boundedKey(key))).toBeLessThanOrEqual(maxKeyBytes),
      ),
    ));
});

describe('what cannot be a key', () => {
  it.each([[''], [null], [7], ['a\0b'], ['\ud800'], ['a\udc00b']])('%j is refused with its name', (key) =>
    expect(() => checkKey('the key of order.placed', key)).toThrow(/^the key of order.placed /),
  );
  it('does not include characters of two units', () => expect(() => checkKey('the key', '😀')).not.toThrow());
});
