import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Randomness } from '@tradewind/service';

/** What a refresh tells of its client. */
export interface Client {
  readonly address: string;
  readonly userAgent: string;
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** 256 random bits, base64url. Only the hash is stored; a fast hash is enough for random bits. */
export const newRefreshToken = (random: Randomness): string => Buffer.from(random.bytes(32)).toString('base64url');
export const refreshTokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** Identifies the client that uses a token: its address and its User-Agent. Neither can be read from it without the token. */
export const clientMark = (token: string, { address, userAgent }: Client): string =>
  createHmac('sha256', token)
    .update(JSON.stringify(['client', address, userAgent]))
    .digest('base64url');

/** The database stores hashes of tokens: only who has the token has this key. */
const keyOf = (token: string): Uint8Array => new Uint8Array(hkdfSync('sha256', token, '', 'successor', 32));

/** Encrypts the token that was issued for another one, so that only who has the other one can read it. */
export function sealSuccessor(token: string, successor: string, random: Randomness): string {
  const nonce = random.bytes(nonceBytes);
  const encryption = createCipheriv(cipher, keyOf(token), nonce);
  const text = Buffer.concat([encryption.update(successor), encryption.final()]);
  return Buffer.concat([nonce, encryption.getAuthTag(), text]).toString('base64url');
}

export function unsealSuccessor(token: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decryption = createDecipheriv(cipher, keyOf(token), bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decryption.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decryption.update(bytes.subarray(nonceBytes + tagBytes)), decryption.final()]).toString();
}
