import type { Clock, Randomness } from './time.js';

declare const kind: unique symbol;

/** An id of one kind: the compiler rejects an order's id where a product's is expected. A UUID in lower case, hyphenated. */
export type Id<K extends string> = string & { readonly [kind]: K };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: unknown): text is string => typeof text === 'string' && uuid.test(text);

/** Makes the parser of one kind of id. The parser throws a TypeError on anything that is not a lower-case UUID. */
export const idOf =
  <K extends string>(name: K) =>
  (text: string): Id<K> => {
    if (!isUuid(text)) throw new TypeError(`"${text}" is not a valid ${name} id: a lower-case UUID is expected`);
    return text as Id<K>;
  };

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const format = (bytes: Uint8Array): string => {
  let text = '';
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += hex[bytes[index] ?? 0];
  }
  return text;
};

/**
 * A version 7 UUID (RFC 9562): 48 bits of time, then random bits, so that ids made later sort later.
 * @param milliseconds since 1970
 * @param random ten random bytes
 */
export function uuidv7(milliseconds: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  for (let index = 5, rest = milliseconds; index >= 0; index--, rest = Math.floor(rest / 256))
    bytes[index] = rest % 256;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70; // version
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80; // variant
  return format(bytes);
}

/** A new UUIDv7 of this moment. */
export const newId = ({ clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness }): string =>
  uuidv7(clock.now().getTime(), randomness.bytes(10));
