/** Longest key, in bytes of UTF-8: PostgreSQL indexes at most 2,704 bytes of a row. */
export const maxKeyBytes = 1_000;

const isLong = (text: string): boolean => text.length * 3 > maxKeyBytes && Buffer.byteLength(text) > maxKeyBytes;

/**
 * A text that identifies the key and can be indexed: the key, or its hash where it is too long. Other systems publish any key. Two long
 * keys with one hash would only wait for each other.
 */
export const boundedKey = (key: string): string =>
  isLong(key) ? `hash:${[0, 1, 2, 3].map((seed) => hashOf(key, seed)).join('')}` : key;

/** Throws a TypeError that begins with `name` for what cannot be the key of a message, an effect or a saga. */
export function checkKey(name: string, key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '') throw new TypeError(`${name} must be a text that is not empty`);
  if (isLong(key)) throw new TypeError(`${name} has ${Buffer.byteLength(key)} bytes, ${maxKeyBytes} are possible`);
  if (key.includes('\0') || /\p{Surrogate}/u.test(key))
    throw new TypeError(`${name} has a character that PostgreSQL cannot store`);
}

/** 32 bits of the text in hex: FNV-1a, varied by a seed, with the final mix of MurmurHash3. */
function hashOf(text: string, seed: number): string {
  let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ (text.charCodeAt(at) + seed * 0x10001), 0x01000193 + 2 * seed);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
