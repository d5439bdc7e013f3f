/** Characters of which a class gets those that it matches. */
const samples = ['a', '1', ' ', '-', '.', '/', ':', ',', '@', '=', '\n', 'é', '\u0301', '\u200b', '\ud800'];
const maxAtoms = 14;

const escapes: Readonly<Record<string, string>> = {
  s: ' ',
  d: '1',
  w: 'a',
  D: 'a',
  S: 'a',
  W: ' ',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
};

/** One atom of an expression: its place ends at `end`; `text` is empty where it matches no character. */
interface Atom {
  readonly end: number;
  readonly texts: readonly string[];
  readonly isLiteral: boolean;
}

const matching = (atom: string, flags: string): string[] => {
  const only = new RegExp(`^${atom}$`, flags.replace(/[gy]/g, ''));
  const matched = samples.filter((sample) => only.test(sample));
  return [...matched.slice(0, 1), ...matched.slice(1).slice(-1)]; // the first is a letter, the last one is not
};

function atomAt(source: string, at: number, flags: string): Atom {
  const char = source[at] ?? '';
  if (char === '[') {
    let end = at + 1;
    while (source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
    return { end: end + 1, texts: matching(source.slice(at, end + 1), flags), isLiteral: false };
  }
  if (char === '{') return { end: source.indexOf('}', at) + 1, texts: [], isLiteral: false };
  if (char === '\\') {
    const long = /^\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[pP]\{[^}]*\})/i.exec(source.slice(at))?.[0];
    if (long) return { end: at + long.length, texts: matching(long, flags), isLiteral: false };
    const escaped = source[at + 1] ?? '';
    if (escaped === 'b' || escaped === 'B') return { end: at + 2, texts: [], isLiteral: false };
    const text = escapes[escaped] ?? escaped;
    return { end: at + 2, texts: [text], isLiteral: !(escaped in escapes) };
  }
  if (char === '.') return { end: at + 1, texts: ['a'], isLiteral: false };
  const group = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(source.slice(at))?.[0];
  if (group) return { end: at + group.length, texts: [], isLiteral: false };
  return { end: at + 1, texts: '^$*+?|)'.includes(char) ? [] : [char], isLiteral: true };
}

/** A text for each part of an expression, in its order; neighbouring literal characters are one part. */
function partsOf({ source, flags }: RegExp): string[] {
  const parts: string[] = [];
  let wasLiteral = false;
  for (let at = 0; at < source.length;) {
    const { end, texts, isLiteral } = atomAt(source, at, flags);
    if (isLiteral && wasLiteral && texts.length > 0) parts.push(`${parts.pop()}${texts[0]}`);
    else parts.push(...texts);
    wasLiteral = isLiteral && texts.length > 0;
    at = end;
  }
  return [...new Set(parts)].slice(0, maxAtoms);
}

/** Makers of texts of a length, on which an expression that tries the same characters more than once does so as often as it can. */
export function hostileTexts(expression: RegExp): ((length: number) => string)[] {
  const parts = partsOf(expression);
  const makers = new Map<string, (length: number) => string>();
  for (let at = 0; at < parts.length; at++)
    for (const repeated of [
      ...[1, 2, 3, parts.length].map((count) => parts.slice(at, at + count).join('')),
      `${parts[at]}${parts[0]}`,
    ])
      for (const start of ['', parts.slice(0, at).join('')])
        for (const end of ['', '\0', '!'])
          makers.set(
            JSON.stringify([start, repeated, end]),
            (length) => `${start}${repeated.repeat(Math.ceil(length / repeated.length))}${end}`,
          );
  return [...makers.values()];
}
