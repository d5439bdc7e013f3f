import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printable } from './printable.js';

describe('what the command line prints', () => {
  it.each([
    ['an escape sequence', '\u001b[2J\u001b]0;owned\u0007', '\\u001b[2J\\u001b]0;owned\\u0007'],
    ['a control character of C1', '\u009b31m', '\\u009b31m'],
    ['a carriage return', 'paid\rowed', 'paid\\u000dowed'],
    ['a direction', 'a\u202eb', 'a\\u202eb'],
    ['text', 'Zoë 🙂 – £1\t2\n3', 'Zoë 🙂 – £1\t2\n3'],
  ])('has %s without its effect', (_, text, shown) => expect(printable(text)).toBe(shown));
  it('is the same JSON', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(printable(JSON.stringify({ text }, undefined, 2)))).toEqual({ text });
      }),
    ));
});
