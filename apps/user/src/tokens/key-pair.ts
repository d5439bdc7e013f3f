import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { uuidv7, type Clock, type Randomness } from '@tradewind/kernel';
import { derivedSecrets, unwrap, wrap, type KeySecrets, type SigningRootSigner } from '@tradewind/service';
import type { AnnouncedKey } from '../domain/signing-key.js';

/** Encrypt private signing keys. Derived from the secrets of data keys, so that they can't unwrap a data key. */
export const signingSecrets = (secrets: KeySecrets): KeySecrets => derivedSecrets(secrets, 'tradewind signing keys');

export interface KeyIssuer {
  /** Encrypt the private key. */
  readonly secrets: KeySecrets;
  readonly root: SigningRootSigner;
  /** How long tokens signed with it are accepted at most, in milliseconds. */
  readonly lifetime: number;
}

/** A new Ed25519 key pair, signed by the root key; the private key is encrypted. */
export function newKeyPair({ secrets, root, lifetime }: KeyIssuer, clock: Clock, random: Randomness): AnnouncedKey {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new TypeError('an Ed25519 JWK has the members x and d');
  const now = clock.now();
  const kid = uuidv7(now.getTime(), random.bytes(10));
  const expiresAt = new Date(now.getTime() + lifetime);
  const statement = { kid, publicKey: x, notBefore: now.toISOString(), notAfter: expiresAt.toISOString() };
  return {
    status: 'announced',
    kid,
    publicKey: x,
    privateKey: wrap(secrets, kid, Buffer.from(d, 'base64url'), random),
    announcedAt: now,
    expiresAt,
    announcement: root.announce(statement),
    retirement: root.retire(kid),
    signsFrom: now,
  };
}

/** Throws BrokenSeal if the secret is another one or the row was changed. */
export const openPrivateKey = (
  secrets: KeySecrets,
  key: { readonly kid: string; readonly publicKey: string; readonly privateKey: string },
): KeyObject =>
  createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'OKP',
      crv: 'Ed25519',
      x: key.publicKey,
      d: unwrap(secrets, key.kid, key.privateKey).toString('base64url'),
    },
  });
