import type { SeededRandom } from '../../tools/shop/retail/seeded-random.js';

/** An index below `count`, small ones far more often: half of all draws are from the first tenth. */
export const skewed = (random: SeededRandom, count: number): number => Math.floor(count * random.fraction() ** 3.3);
