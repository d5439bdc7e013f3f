/** Selects occurrences, counted from the start of a fault: the n-th only, every n-th, or each with a probability. */
export type Occurrences = { readonly nth: number } | { readonly every: number } | { readonly probability: number };

/** The random numbers that faults need. The same seed selects the same occurrences. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** The returned function is called once per occurrence and returns whether it is selected. */
export function occurrenceMatcher(occurrences: Occurrences, random: RandomSource): () => boolean {
  let count = 0;
  return () => {
    count += 1;
    if ('nth' in occurrences) return count === occurrences.nth;
    if ('every' in occurrences) return count % occurrences.every === 0;
    return random.fraction() < occurrences.probability;
  };
}
