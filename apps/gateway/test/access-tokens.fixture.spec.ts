import { randomBytes } from 'node:crypto';
import { newId } from '@tradewind/kernel';
import { systemClock, systemPorts } from '@tradewind/messaging/internals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTHeaderParameters, type JWTPayload } from 'jose';

export interface Pair {
  readonly kid: string;
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

export async function aKeyPair(): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { kid: `key-${randomBytes(6).toString('hex')}`, publicKey: (await exportJWK(publicKey)).x!, privateKey };
}

export const aUserId = (): string => newId(systemPorts);

export const aToken = (
  { kid, privateKey }: Pair,
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> =>
  new SignJWT({
    role: 'customer',
    iss: 'tradewind',
    aud: 'tradewind-shop',
    sub: aUserId(),
    iat: Math.floor(systemClock.now().getTime() / 1_000),
    exp: Math.floor(systemClock.now().getTime() / 1_000) + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt', ...header })
    .sign(privateKey);
