/** Accents of Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowel signs: a search may leave them out. */
const optionalMarks = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/gu;
/** Vowel signs of Devanagari, Thai and others are parts of a word. */
const word = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * The words of a text as index and search compare them: without case, accents and formatting, and with `½`, `²` and ligatures as plain
 * characters (`½ m²` → `1`, `2`, `m2`). Equal for all Unicode forms of a text.
 */
export const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(optionalMarks, '')
    .replace(/\p{Cf}/gu, '')
    .toUpperCase() // ß is SS, and ς is Σ
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .match(word) ?? [];

/** A search as a tsquery in which every word is a required prefix: `white he` → `'white':* & 'he':*`. Empty without words. */
export const searchOf = (query: string): string =>
  wordsOf(query)
    .map((each) => `'${each}':*`)
    .join(' & ');
