import { SigningRoot, SigningRootSigner } from '@tradewind/service';
import { generateKeyPairSync, randomBytes, sign, verify, createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { dataKeySecrets } from '@tradewind/service';
import { newKeyPair, openPrivateKey, signingSecrets } from './key-pair.js';

const clock = { now: () => new Date('2026-03-02T10:00:00Z') };
const random = { bytes: (count: number) => randomBytes(count), fraction: () => 0.5 };
const dataKeys = (byte: number) => dataKeySecrets(Buffer.alloc(32, byte).toString('base64'));
const secret = signingSecrets(dataKeys(7));

describe('a new signing key', () => {
  const root = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const issuer = { secrets: secret, root: new SigningRootSigner(root.x!, root.d!), lifetime: 60_000 };
  const key = newKeyPair(issuer, clock, random);
  it('signs data that its public key verifies', () => {
    const signature = sign(null, Buffer.from('text'), openPrivateKey(secret, key));
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey } });
    expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true);
  });
  it('is signed by the root key until it expires, and so is its retirement', () => {
    const { kid, publicKey, announcement, retirement } = key;
    const statement = {
      kid,
      publicKey,
      notBefore: '2026-03-02T10:00:00.000Z',
      notAfter: '2026-03-02T10:01:00.000Z',
    };
    const verifier = new SigningRoot(root.x!);
    expect([verifier.hasAnnounced(statement, announcement), verifier.hasRetired(kid, retirement)]).toEqual([
      true,
      true,
    ]);
  });
  it("can't be decrypted with another secret", () =>
    expect(() => openPrivateKey(signingSecrets(dataKeys(8)), key)).toThrow('does not have the secret'));
  it("can't be decrypted with the secret of the data keys", () =>
    expect(() => openPrivateKey(dataKeys(7), key)).toThrow('seal'));
  it("can't be used under another key id", () =>
    expect(() => openPrivateKey(secret, { ...key, kid: 'another' })).toThrow('seal'));
});
