/** The longest list of the API has 1,000 items; all limits count before anything is parsed or validated. */
export const jsonLimits = { depth: 32, fields: 100, items: 1_024, values: 4_000 } as const;

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openArray, closeArray, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];

/** What a JSON text has too much of: nesting, fields of an object, items of a list, values altogether. Reads each byte once; undefined also for text that is no JSON. */
export function shapeProblem(json: Uint8Array): string | undefined {
  const members = new Uint32Array(jsonLimits.depth + 1);
  const isList = new Uint8Array(jsonLimits.depth + 1);
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === quote) at = endOfText(json, at);
    else if (byte === openArray || byte === openObject) {
      if (++depth > jsonLimits.depth) return `must not be nested more than ${jsonLimits.depth} levels deep`;
      members[depth] = 1;
      isList[depth] = byte === openArray ? 1 : 0;
      values++;
    } else if (byte === closeArray || byte === closeObject) depth = Math.max(0, depth - 1);
    else if (byte === comma) {
      values++;
      const count = (members[depth] = (members[depth] ?? 0) + 1);
      if (isList[depth] === 1 && count > jsonLimits.items)
        return `must have no list of more than ${jsonLimits.items} items`;
      if (isList[depth] === 0 && count > jsonLimits.fields)
        return `must have no object of more than ${jsonLimits.fields} fields`;
    }
    if (values > jsonLimits.values) return `must not have more than ${jsonLimits.values} values`;
  }
  return undefined;
}

/** The position of the quote that ends the text which begins at `start`, or the end of the JSON. */
function endOfText(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}
