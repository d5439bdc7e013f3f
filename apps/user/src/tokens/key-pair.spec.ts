import { randomBytes, sign, verify, createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { dataKeySecrets } from '@tradewind/service';
import { newKeyPair, openPrivateKey, signingSecrets } from './key-pair.js';

const clock = { now: () => new Date('2026-03-02T10:00:00Z') };
const random = { bytes: (count: number) => randomBytes(count), fraction: () => 0.5 };
const dataKeys = (byte: number) => dataKeySecrets(Buffer.alloc(32, byte).toString('base64'));
const secret = signingSecrets(dataKeys(7));

describe('a new signing key', () => {
  const key = newKeyPair(secret, clock, random);
  it('signs data that its public key verifies', () => {
    const signature = sign(null, Buffer.from('text'), openPrivateKey(secret, key));
    const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey } });
    expect(verify(null, Buffer.from('text'), publicKey, signature)).toBe(true);
  });
  it("can't be decrypted with another secret", () =>
    expect(() => openPrivateKey(signingSecrets(dataKeys(8)), key)).toThrow('does not have the secret'));
  it("can't be decrypted with the secret of the data keys", () =>
    expect(() => openPrivateKey(dataKeys(7), key)).toThrow('seal'));
  it("can't be used under another key id", () =>
    expect(() => openPrivateKey(secret, { ...key, kid: 'another' })).toThrow('seal'));
});
