/** Which occasions are struck, counted from the moment the fault begins: the n-th alone, every n-th, or each with a probability. */
export type Which = { readonly nth: number } | { readonly every: number } | { readonly probability: number };

/** The one part of chance that faults need; the same seed strikes the same occasions. */
export interface Fraction {
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** Asked once an occasion, answers whether it is struck. */
export function picking(which: Which, chance: Fraction): () => boolean {
  let occasion = 0;
  return () => {
    occasion += 1;
    if ('nth' in which) return occasion === which.nth;
    if ('every' in which) return occasion % which.every === 0;
    return chance.fraction() < which.probability;
  };
}
