import { createHash } from 'node:crypto';

/** Longest key, in bytes of UTF-8: PostgreSQL indexes at most 2,704 bytes of a row. */
export const maxKeyBytes = 1_000;

const isLong = (text: string): boolean => text.length * 3 > maxKeyBytes && Buffer.byteLength(text) > maxKeyBytes;

/** A text that identifies the key and can be indexed: the key, or its hash where it is too long. Other systems publish any key. */
export const boundedKey = (key: string): string =>
  isLong(key) ? `hash:${createHash('sha256').update(key).digest('hex')}` : key;

/** Throws a TypeError that begins with `name` for what cannot be the key of a message, an effect or a saga. */
export function checkKey(name: string, key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') throw new TypeError(`${name} must be a text that is not empty`);
  if (isLong(key)) throw new TypeError(`${name} has ${Buffer.byteLength(key)} bytes, ${maxKeyBytes} are possible`);
  if (key.includes('\0') || /\p{Surrogate}/u.test(key))
    throw new TypeError(`${name} has a character that PostgreSQL cannot store`);
}
