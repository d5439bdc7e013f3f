/** A search as a tsquery in which every word is a required prefix: `white he` → `'white':* & 'he':*`. Empty without words. */
export const searchWords = (query: string): string =>
  (query.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `'${word}':*`).join(' & ');
