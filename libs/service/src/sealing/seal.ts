import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { isUuid, type Randomness } from '@tradewind/kernel';

const cipher = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** The sealed text was changed, belongs to another user, or was sealed with another key. */
export class BrokenSeal extends Error {
  override readonly name = 'BrokenSeal';
  constructor(reason = 'it was changed, or sealed with another key') {
    super(`can't unseal: ${reason}`);
  }
}

/** The deployment's secret: 32 bytes, base64. */
export const isDataKeySecret = (text: unknown): boolean =>
  typeof text === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === keyBytes;

export const dataKeySecret = (base64: string): Buffer => {
  if (!isDataKeySecret(base64)) throw new TypeError('the data key secret must be 32 bytes in base64');
  return Buffer.from(base64, 'base64');
};

/** A key for one person: destroying it erases everything sealed with it, in every copy. */
export const newDataKey = (random: Randomness): Buffer => Buffer.from(random.bytes(keyBytes));

function encrypt(key: Uint8Array, nonce: Uint8Array, clear: Uint8Array, bound: string): Buffer {
  const engine = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  engine.setAAD(Buffer.from(bound));
  return Buffer.concat([engine.update(clear), engine.final(), engine.getAuthTag()]);
}

function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, bound: string): Buffer {
  if (sealed.length < tagBytes) throw new BrokenSeal('it is too short');
  const engine = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  engine.setAAD(Buffer.from(bound));
  engine.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  try {
    return Buffer.concat([engine.update(sealed.subarray(0, sealed.length - tagBytes)), engine.final()]);
  } catch {
    throw new BrokenSeal();
  }
}

const wrapBinding = (userId: string): string => `tradewind:data-key:${userId}`;
const fieldBinding = (userId: string): string => `tradewind:sealed:${userId}`;

/** Encrypts a data key with the deployment's secret: nonce, cipher text and tag, base64url. Can be unwrapped for this user only. */
export function wrap(secret: Uint8Array, userId: string, dataKey: Uint8Array, random: Randomness): string {
  const nonce = random.bytes(nonceBytes);
  return Buffer.concat([nonce, encrypt(secret, nonce, dataKey, wrapBinding(userId))]).toString('base64url');
}

/** Throws BrokenSeal if the secret is another one, the text was changed, or it belongs to another user. */
export function unwrap(secret: Uint8Array, userId: string, wrapped: string): Buffer {
  const bytes = Buffer.from(wrapped, 'base64url');
  const key = decrypt(secret, bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes), wrapBinding(userId));
  if (key.length !== keyBytes) throw new BrokenSeal('it contains no data key');
  return key;
}

/** `sealed:1:<user>:<nonce>:<cipher text and tag>`. Sealing the same text twice gives different results. */
export function sealWith(dataKey: Uint8Array, userId: string, clear: string, random: Randomness): string {
  const nonce = Buffer.from(random.bytes(nonceBytes));
  return `sealed:1:${userId}:${nonce.toString('base64url')}:${encrypt(dataKey, nonce, Buffer.from(clear), fieldBinding(userId)).toString('base64url')}`;
}

/** Throws BrokenSeal. */
export function unsealWith(dataKey: Uint8Array, sealed: string): string {
  const { userId, nonce, content } = partsOf(sealed);
  return decrypt(dataKey, nonce, content, fieldBinding(userId)).toString();
}

/** The user whose key unseals it. Throws BrokenSeal if the text does not have the form of a sealed field. */
export const ownerOf = (sealed: string): string => partsOf(sealed).userId;

function partsOf(sealed: string): { userId: string; nonce: Buffer; content: Buffer } {
  const [, userId, nonce = '', content = ''] = /^sealed:1:([0-9a-f-]{36}):([\w-]{16}):([\w-]{22,})$/.exec(sealed) ?? [];
  if (!isUuid(userId)) throw new BrokenSeal('it is not a sealed field');
  return { userId, nonce: Buffer.from(nonce, 'base64url'), content: Buffer.from(content, 'base64url') };
}

/** A lookup value for a text that must not be stored in clear: with one secret, the same text always gives the same value. */
export function blindIndexWith(secret: Uint8Array, text: string): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'tradewind blind index', keyBytes));
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** A hash (hex) that can be compared, and computed only with the person's data key: it is worth nothing after the key is destroyed. */
export const keyedHash = (dataKey: Uint8Array, text: string): string =>
  createHmac('sha256', Buffer.from(hkdfSync('sha256', dataKey, '', 'tradewind keyed hash', keyBytes)))
    .update(text)
    .digest('hex');
