/** The parameters of a path by a pattern as `/dead-letters/:group?/:message?`; undefined where it does not match. */
export function matchPath(pattern: string, path: string): Record<string, string | undefined> | undefined {
  const wanted = pattern.split('/').filter(Boolean);
  const parts = path.split('/').filter(Boolean);
  if (parts.length > wanted.length) return undefined;
  const params: Record<string, string | undefined> = {};
  for (const [index, part] of wanted.entries()) {
    const value = parts[index];
    if (!part.startsWith(':')) {
      if (value !== part) return undefined;
    } else if (value !== undefined) {
      const decoded = decode(value);
      if (decoded === undefined) return undefined;
      params[part.replaceAll(/[:?]/g, '')] = decoded;
    } else if (!part.endsWith('?')) return undefined;
  }
  return params;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A path of these parts; each is encoded. */
export const pathOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('');
