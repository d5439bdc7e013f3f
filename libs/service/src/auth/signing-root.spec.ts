import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { isInForce } from './token.js';
import { SigningRoot, SigningRootSigner } from './signing-root.js';

const newPair = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { x: string; d: string };
const own = newPair();
const foreign = newPair();
const signer = new SigningRootSigner(own.x, own.d);
const root = new SigningRoot(own.x);
const key = {
  kid: 'k',
  publicKey: newPair().x,
  notBefore: '2026-03-02T10:00:00.000Z',
  notAfter: '2026-03-03T10:00:00.000Z',
};

describe('the root key', () => {
  it('has signed what its private key signed', () =>
    expect([root.hasAnnounced(key, signer.announce(key)), root.hasRetired('k', signer.retire('k'))]).toEqual([
      true,
      true,
    ]));
  it.each([
    { kid: 'other' },
    { publicKey: foreign.x },
    { notBefore: '2020-01-01T00:00:00.000Z' },
    { notAfter: '2036-01-01T00:00:00.000Z' },
  ])('has not signed a key that was changed to %j', (change) =>
    expect(root.hasAnnounced({ ...key, ...change }, signer.announce(key))).toBe(false),
  );
  it('has not signed what another root key signed', () => {
    const other = new SigningRootSigner(foreign.x, foreign.d);
    expect([root.hasAnnounced(key, other.announce(key)), root.hasRetired('k', other.retire('k'))]).toEqual([
      false,
      false,
    ]);
  });
  it('has not retired a key that it announced, or another one', () =>
    expect([root.hasRetired('k', signer.announce(key)), root.hasRetired('l', signer.retire('k'))]).toEqual([
      false,
      false,
    ]));
  it.each(['', 'x', 'A'.repeat(86)])('has not signed with the signature "%s"', (signature) =>
    expect([root.hasAnnounced(key, signature), root.hasRetired('k', signature)]).toEqual([false, false]),
  );
  it('must be a pair: the error names both settings', () =>
    expect(() => new SigningRootSigner(own.x, foreign.d)).toThrow(
      'SIGNING_ROOT_PRIVATE_KEY is not the private key of SIGNING_ROOT_PUBLIC_KEY',
    ));
});

describe('a signing key', () => {
  const times = { notBefore: new Date(key.notBefore), notAfter: new Date(key.notAfter) };
  it.each([
    ['2026-03-02T09:58:59.000Z', false],
    ['2026-03-02T09:59:01.000Z', true],
    ['2026-03-03T09:59:59.000Z', true],
    ['2026-03-03T10:00:00.000Z', false],
  ])('at %s is in force: %p', (now, expected) => expect(isInForce(times, new Date(now))).toBe(expected));
});
