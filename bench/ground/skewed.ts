import type { Chance } from '../../tools/shop/retail/chance.js';

/** One of so many, the first far more often than the last: half of all draws are of a tenth of them. */
export const skewed = (chance: Chance, of: number): number => Math.floor(of * chance.fraction() ** 3.3);
