import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { IsNotBlank, oneLine } from './text.js';

class Note {
  @IsNotBlank() text!: string;
}
const isNotBlank = (text: string): boolean => validateSync(Object.assign(new Note(), { text })).length === 0;

const character = fc.oneof(
  fc.constantFrom(...' \t\n\r\v\f\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff\u0085\u001f\u007fa😀é'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const anyText = fc.array(character, { maxLength: 8 }).map((parts) => parts.join('').replaceAll('\0', ''));

describe('one line of text', () => {
  it('is what has a visible character, no control character and no line separator', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        expect(oneLine.test(text)).toBe(text.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(text));
      }),
      { numRuns: 2_000 },
    ));
  it('takes linear time to find', () => {
    for (const hostile of [' '.repeat(262_144), `${'a'.repeat(262_144)}\n`]) expect(oneLine.test(hostile)).toBe(false);
  });
});

describe('text that is not blank', () => {
  it('is what trim leaves something of', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isNotBlank(text)).toBe(text.trim() !== '');
      }),
      { numRuns: 2_000 },
    ));
});
