import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sealedPattern } from '@tradewind/contracts';
import type { Randomness } from '@tradewind/kernel';
import fc from 'fast-check';
import {
  BrokenSeal,
  blindIndexWith,
  blindIndexesWith,
  dataKeySecrets,
  derivedSecrets,
  isCurrentlyWrapped,
  UnknownKeySecret,
  isDataKeySecret,
  keyedHash,
  newDataKey,
  ownerOf,
  sealWith,
  unsealWith,
  unwrap,
  wrap,
} from './seal.js';

const random: Randomness = { bytes: (count) => randomBytes(count), fraction: () => 0 };
const ann = '01900000-0000-7000-8000-00000000000a';
const bob = '01900000-0000-7000-8000-00000000000b';
const aSecret = (): string => randomBytes(32).toString('base64');
const [first, second] = [aSecret(), aSecret()];
const secret = dataKeySecrets(first);
const place = { field: 'user.name', record: ann };
const key = newDataKey(random);
const anyText = fc.string({ unit: 'grapheme', maxLength: 300 });

const flipped = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

describe('a sealed text', () => {
  it('unseals to any original text', () =>
    fc.assert(
      fc.property(anyText, (text) => unsealWith(key, place, sealWith(key, ann, place, text, random)) === text),
    ));
  it('has the form that the contracts require', () =>
    fc.assert(fc.property(anyText, (text) => sealedPattern.test(sealWith(key, ann, place, text, random)))));
  it('names its owner', () => expect(ownerOf(sealWith(key, ann, place, 'Ann', random))).toBe(ann));
  it('looks different each time', () =>
    expect(sealWith(key, ann, place, 'Ann', random)).not.toBe(sealWith(key, ann, place, 'Ann', random)));
  it('does not unseal with another key', () =>
    expect(() => unsealWith(newDataKey(random), place, sealWith(key, ann, place, 'Ann', random))).toThrow(BrokenSeal));
  it('does not unseal for another owner', () =>
    expect(() => unsealWith(key, place, sealWith(key, ann, place, 'Ann', random).replace(ann, bob))).toThrow(
      BrokenSeal,
    ));
  it.each([
    { ...place, field: 'user.email' },
    { ...place, record: bob },
  ])('does not unseal at %j', (elsewhere) =>
    expect(() => unsealWith(key, elsewhere, sealWith(key, ann, place, 'Ann', random))).toThrow(BrokenSeal),
  );
  it('does not unseal when any character was changed', () => {
    const sealed = sealWith(key, ann, place, 'somewhere in Rye', random);
    fc.assert(
      // The last character of base64url may contain unused bits.
      fc.property(fc.integer({ min: 0, max: sealed.length - 2 }), (at) => {
        try {
          return unsealWith(key, place, flipped(sealed, at)) === undefined;
        } catch (error) {
          return error instanceof BrokenSeal;
        }
      }),
    );
  });
  it.each([
    '',
    'Ann',
    'sealed:1:',
    `sealed:2:${ann}:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA`,
    `sealed:1:${'-'.repeat(36)}:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA`,
  ])('%j is not a sealed text', (text) => expect(() => ownerOf(text)).toThrow(BrokenSeal));
});

describe('a wrapped data key', () => {
  it('unwraps under the same secret for the same user', () =>
    expect(unwrap(secret, ann, wrap(secret, ann, key, random))).toEqual(key));
  it('does not unwrap for another user', () =>
    expect(() => unwrap(secret, bob, wrap(secret, ann, key, random))).toThrow(BrokenSeal));
  it('does not unwrap without its secret, and names it', () => {
    const wrapped = wrap(secret, ann, key, random);
    expect(() => unwrap(dataKeySecrets(second), ann, wrapped)).toThrow(UnknownKeySecret);
    expect(() => unwrap(dataKeySecrets(second), ann, wrapped)).toThrow(wrapped.split('.')[0]);
  });
  it('does not unwrap under the name of another secret', () => {
    const [, content = ''] = wrap(secret, ann, key, random).split('.');
    const both = dataKeySecrets(`${second},${first}`);
    expect(() => unwrap(both, ann, `${both.current.id}.${content}`)).toThrow(BrokenSeal);
  });
  it('unwraps with any secret of a rotation, and is wrapped anew with the first', () => {
    const old = wrap(secret, ann, key, random);
    const both = dataKeySecrets(`${second},${first}`);
    expect([isCurrentlyWrapped(secret, old), isCurrentlyWrapped(both, old)]).toEqual([true, false]);
    const rewrapped = wrap(both, ann, unwrap(both, ann, old), random);
    expect(unwrap(dataKeySecrets(second), ann, rewrapped)).toEqual(key);
    expect(() => unwrap(dataKeySecrets(second), ann, old)).toThrow(UnknownKeySecret);
  });
  it('does not unwrap with a secret that is derived for another purpose', () =>
    expect(() => unwrap(derivedSecrets(secret, 'signing'), ann, wrap(secret, ann, key, random))).toThrow(BrokenSeal));
  it('does not unwrap when it was truncated', () =>
    expect(() => unwrap(secret, ann, wrap(secret, ann, key, random).slice(0, 20))).toThrow(BrokenSeal));
  it("can't be replaced by a sealed field: their authenticated data differs", () => {
    const { id, bytes } = secret.current;
    const [, , , nonce = '', content = ''] = sealWith(bytes, ann, place, key.toString('latin1'), random).split(':');
    const asWrapped = Buffer.concat([Buffer.from(nonce, 'base64url'), Buffer.from(content, 'base64url')]);
    expect(() => unwrap(secret, ann, `${id}.${asWrapped.toString('base64url')}`)).toThrow(BrokenSeal);
  });
});

describe('a blind index', () => {
  it('is the same for the same text and secret', () =>
    expect(blindIndexWith(secret, 'ann@example.com')).toBe(blindIndexWith(secret, 'ann@example.com')));
  it('differs by text and by secret', () =>
    expect(
      new Set([blindIndexWith(secret, 'a'), blindIndexWith(secret, 'b'), blindIndexWith(dataKeySecrets(second), 'a')])
        .size,
    ).toBe(3));
  it('has a value with each secret of a rotation, the current one first', () =>
    expect(blindIndexesWith(dataKeySecrets(`${second},${first}`), 'a')).toEqual([
      blindIndexWith(dataKeySecrets(second), 'a'),
      blindIndexWith(secret, 'a'),
    ]));
});

describe('a keyed hash', () => {
  it('is the same for the same text and data key', () => expect(keyedHash(key, 'Rye')).toBe(keyedHash(key, 'Rye')));
  it('differs by text and by data key, and is not the plain hash', () => {
    const hashes = [
      keyedHash(key, 'Rye'),
      keyedHash(key, 'Hove'),
      keyedHash(newDataKey(random), 'Rye'),
      createHash('sha256').update('Rye').digest('hex'),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});

describe('a deployment secret', () => {
  it('is 32 bytes in base64', () => expect(secret.current.bytes).toEqual(Buffer.from(first, 'base64')));
  it('can be several: the first is the current one', () =>
    expect(dataKeySecrets(`${second},${first}`).all.map(({ id }) => id)).toEqual([
      dataKeySecrets(second).current.id,
      secret.current.id,
    ]));
  it.each([
    '',
    'x',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    Buffer.alloc(32).toString('hex'),
    `${first},`,
    `${first},${first}`,
    `${first}, ${second}`,
  ])('%j is not valid', (text) => {
    expect(isDataKeySecret(text)).toBe(false);
    expect(() => dataKeySecrets(text)).toThrow(TypeError);
  });
});
