import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { isUuid, Transient, type Randomness } from '@tradewind/kernel';

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

const isSecret = (text: string): boolean =>
  /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === keyBytes;

/** `DATA_KEY_SECRET`: 32 bytes in base64; during a rotation several, separated by commas. */
export const isDataKeySecret = (text: unknown): boolean =>
  typeof text === 'string' &&
  text.split(',').every(isSecret) &&
  new Set(text.split(',')).size === text.split(',').length;

interface KeySecret {
  /** Names the secret in what it wrapped, and reveals nothing of it. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** The secrets of the deployment: the first wraps, each of them unwraps what it wrapped. */
export interface KeySecrets {
  readonly current: KeySecret;
  readonly all: readonly KeySecret[];
}

const derive = (secret: Uint8Array, purpose: string, bytes = keyBytes): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', purpose, bytes));

function secretsOf(secrets: readonly KeySecret[]): KeySecrets {
  const [current] = secrets;
  if (!current) throw new TypeError('there is no secret');
  return { current, all: secrets };
}

export function dataKeySecrets(text: string): KeySecrets {
  if (!isDataKeySecret(text))
    throw new TypeError('the data key secret must be 32 bytes in base64, or several, separated by commas');
  return secretsOf(
    text.split(',').map((base64) => {
      const bytes = Buffer.from(base64, 'base64');
      return { id: derive(bytes, 'tradewind key id', 6).toString('base64url'), bytes };
    }),
  );
}

/** Secrets for another purpose, with the same ids: they unwrap no data key. */
export const derivedSecrets = ({ all }: KeySecrets, purpose: string): KeySecrets =>
  secretsOf(all.map(({ id, bytes }) => ({ id, bytes: derive(bytes, purpose) })));

/** A text was wrapped with a secret that this process does not have: it may get it with its next start. */
export class UnknownKeySecret extends Transient {
  override readonly name = 'UnknownKeySecret';
  constructor(id: string) {
    super(
      `DATA_KEY_SECRET does not have the secret "${id}" with which a key was wrapped: add it after a comma, and rotate`,
    );
  }
}

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

const wrapBinding = (secretId: string, ownerId: string): string => `tradewind:data-key:${secretId}:${ownerId}`;

/** What a sealed text belongs to: it unseals nowhere else, so it cannot be moved to another field or another record. */
export interface SealedPlace {
  /** `<service>.<field>`. */
  readonly field: string;
  /** The id of the record. */
  readonly record: string;
}

const fieldBinding = (userId: string, { field, record }: SealedPlace): string =>
  `tradewind:sealed:${userId}:${field}:${record}`;

/** Encrypts a key with the current secret: `<id of the secret>.<nonce, cipher text and tag>`. Can be unwrapped for this owner only. */
export function wrap(
  { current: { id, bytes } }: KeySecrets,
  ownerId: string,
  key: Uint8Array,
  random: Randomness,
): string {
  const nonce = random.bytes(nonceBytes);
  const content = encrypt(bytes, nonce, key, wrapBinding(id, ownerId));
  return `${id}.${Buffer.concat([nonce, content]).toString('base64url')}`;
}

/** Whether a text was wrapped with the current secret. */
export const isCurrentlyWrapped = ({ current }: KeySecrets, wrapped: string): boolean =>
  wrapped.startsWith(`${current.id}.`);

/** Throws UnknownKeySecret if the secret is missing, BrokenSeal if the text was changed or belongs to another owner. */
export function unwrap({ all }: KeySecrets, ownerId: string, wrapped: string): Buffer {
  const [, secretId = '', content = ''] = /^([\w-]{8})\.([\w-]+)$/.exec(wrapped) ?? [];
  if (!secretId) throw new BrokenSeal('it is not a wrapped key');
  const secret = all.find(({ id }) => id === secretId);
  if (!secret) throw new UnknownKeySecret(secretId);
  const bytes = Buffer.from(content, 'base64url');
  const key = decrypt(
    secret.bytes,
    bytes.subarray(0, nonceBytes),
    bytes.subarray(nonceBytes),
    wrapBinding(secretId, ownerId),
  );
  if (key.length !== keyBytes) throw new BrokenSeal('it contains no key');
  return key;
}

/** `sealed:1:<user>:<nonce>:<cipher text and tag>`. Sealing the same text twice gives different results. */
export function sealWith(
  dataKey: Uint8Array,
  userId: string,
  place: SealedPlace,
  clear: string,
  random: Randomness,
): string {
  const nonce = Buffer.from(random.bytes(nonceBytes));
  return `sealed:1:${userId}:${nonce.toString('base64url')}:${encrypt(dataKey, nonce, Buffer.from(clear), fieldBinding(userId, place)).toString('base64url')}`;
}

/** Throws BrokenSeal, also for another place than that for which it was sealed. */
export function unsealWith(dataKey: Uint8Array, place: SealedPlace, sealed: string): string {
  const { userId, nonce, content } = partsOf(sealed);
  return decrypt(dataKey, nonce, content, fieldBinding(userId, place)).toString();
}

/** The user whose key unseals it. Throws BrokenSeal if the text does not have the form of a sealed field. */
export const ownerOf = (sealed: string): string => partsOf(sealed).userId;

function partsOf(sealed: string): { userId: string; nonce: Buffer; content: Buffer } {
  const [, userId, nonce = '', content = ''] = /^sealed:1:([0-9a-f-]{36}):([\w-]{16}):([\w-]{22,})$/.exec(sealed) ?? [];
  if (!isUuid(userId)) throw new BrokenSeal('it is not a sealed field');
  return { userId, nonce: Buffer.from(nonce, 'base64url'), content: Buffer.from(content, 'base64url') };
}

const blindIndexOf = ({ bytes }: KeySecret, text: string): string =>
  createHmac('sha256', derive(bytes, 'tradewind blind index')).update(text).digest('base64url');

/** A lookup value for a text that must not be stored in clear: with one secret, the same text always gives the same value. */
export const blindIndexWith = ({ current }: KeySecrets, text: string): string => blindIndexOf(current, text);

/** The lookup values of a text with each secret, the current one first: during a rotation a row may have any of them. */
export const blindIndexesWith = ({ all }: KeySecrets, text: string): readonly string[] =>
  all.map((secret) => blindIndexOf(secret, text));

/** A hash (hex) that can be compared, and computed only with the person's data key: it is worth nothing after the key is destroyed. */
export const keyedHash = (dataKey: Uint8Array, text: string): string =>
  createHmac('sha256', derive(dataKey, 'tradewind keyed hash')).update(text).digest('hex');
