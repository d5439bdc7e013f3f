/** The words of a search as a tsquery of prefixes, all of which must be there: `white he` → `'white':* & 'he':*`. Empty without words. */
export const searchWords = (query: string): string =>
  (query.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `'${word}':*`).join(' & ');
