import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { oneLine, visibleToken } from './text.js';

const character = fc.oneof(
  fc.constantFrom(...' \t\n\r\v\f\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff\u0085\u001f\u007fa😀é'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
);
const anyText = fc.array(character, { maxLength: 8 }).map((parts) => parts.join('').replaceAll('\0', ''));

/** By the properties of Unicode, without joiners, variation selectors, and what has no character yet. */
const unseen =
  /(?![\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\ufff0-\ufff8\u{10000}-\u{10ffff}])[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\u2800\ufff9-\ufffb]/u;

describe('one line of text', () => {
  it.each([0x200b, 0x200e, 0x202e, 0x2060, 0x2066, 0xfeff, 0x00ad, 0x3164, 0x180e, 0x1b, 0x9b])(
    'has no invisible character: %i',
    (code) => expect(oneLine.test(`Ann${String.fromCodePoint(code)}Lee`)).toBe(false),
  );
  it.each(['می\u200cخواهم', '👩\u200d💻', 'Zoë', '葛\u{e0100}'])('may be %s', (text) =>
    expect(oneLine.test(text)).toBe(true),
  );
  it('is what has a visible character, no control character and no line separator', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        expect(oneLine.test(text)).toBe(text.trim() !== '' && !unseen.test(text));
      }),
      { numRuns: 2_000 },
    ));
  it('has of each character of the basic plane what is seen', () => {
    const texts = Array.from({ length: 0x10000 }, (_, code) => `a${String.fromCharCode(code)}b`);
    expect(
      texts.filter((text) => oneLine.test(text) === unseen.test(text)).map((text) => text.charCodeAt(1).toString(16)),
    ).toEqual([]);
  });
  it('takes linear time to find', () => {
    for (const hostile of [' '.repeat(262_144), `${'a'.repeat(262_144)}\n`]) expect(oneLine.test(hostile)).toBe(false);
  });
});

describe('a visible token', () => {
  it.each(['ann@example.com', '\u00e4nn@b\u00fccher.example'])('is %j', (text) =>
    expect(visibleToken.test(text)).toBe(true),
  );
  it.each(['an\u200dn@example.com', 'an\ufe0fn@example.com', 'an\u00a0n@example.com', 'ann@exam\u00adple.com'])(
    'is not %j',
    (text) => expect(visibleToken.test(text)).toBe(false),
  );
});
