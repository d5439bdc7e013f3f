/** Reproducible random values: the same seed and purpose give the same sequence, independent of other sequences. */
export interface SeededRandom {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** `count` random items, each at most once. */
  pick<T>(count: number, items: readonly T[]): T[];
}

export function seededRandom(seed: number, purpose: string): SeededRandom {
  let state = [...purpose].reduce(
    (hash, letter) => Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193),
    seed ^ 0x811c9dc5,
  );
  // mulberry32
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(count: number, items: readonly T[]): T[] => {
    const rest = [...items];
    return Array.from(
      { length: Math.min(count, items.length) },
      () => rest.splice(Math.floor(fraction() * rest.length), 1)[0]!,
    );
  };
  return { fraction, pick };
}
