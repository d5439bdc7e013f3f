declare const kind: unique symbol;

/** An identity has a kind: an order's id can't be handed over where a product's is asked for. A UUID in lower case, hyphenated. */
export type Id<K extends string> = string & { readonly [kind]: K };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: unknown): text is string => typeof text === 'string' && uuid.test(text);

/** Makes the reader of one kind of id. Throws a TypeError on anything that is not a lower-case UUID. */
export const idOf =
  <K extends string>(name: K) =>
  (text: string): Id<K> => {
    if (!isUuid(text)) throw new TypeError(`"${text}" is not the id of a ${name}: a lower-case UUID is expected`);
    return text as Id<K>;
  };

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const format = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) text += '-';
    text += hex[bytes[at]!]!;
  }
  return text;
};

/**
 * A version 7 UUID (RFC 9562): 48 bits of time, then random bits, so that ids made later sort later.
 * @param at milliseconds since 1970
 * @param random ten random bytes
 */
export function uuidv7(at: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  for (let index = 5, rest = at; index >= 0; index--, rest = Math.floor(rest / 256)) bytes[index] = rest % 256;
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return format(bytes);
}
