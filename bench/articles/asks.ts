import { chanceOf } from '../../tools/shop/retail/chance.js';
import { skewed } from '../ground/skewed.js';

/** Somebody wants pieces of an article; the requests for each are numbered from 1. */
export interface Ask {
  readonly article: string;
  readonly pieces: number;
  readonly number: number;
}

/** An article has a name and a price from now on. */
export interface Price {
  readonly article: string;
  readonly name: string;
  readonly price: number;
  readonly number: number;
}

/** Shelves that requests are for, some far more often than others, and the pieces on each: for the most wanted too few. */
export const shelves = 1_000;
export const stock = 200;

const articleAt = (place: number): string => `article-${place}`;

/** The same seed gives the same requests. */
export function* asks(count: number, seed: number): Generator<Ask> {
  const chance = chanceOf(seed, 'asks');
  const numberOf = counter();
  for (let index = 0; index < count; index++) {
    const article = articleAt(skewed(chance, shelves));
    yield { article, pieces: 1 + Math.floor(chance.fraction() * 3), number: numberOf(article) };
  }
}

/** Each of so many articles is told of equally often, by chance. The same seed gives the same prices. */
export function* prices(count: number, articles: number, seed: number): Generator<Price> {
  const chance = chanceOf(seed, 'prices');
  const numberOf = counter();
  for (let index = 0; index < count; index++) {
    const place = Math.floor(chance.fraction() * articles);
    const price = 100 + Math.floor(chance.fraction() * 100_000);
    yield {
      article: articleAt(place),
      name: `Article ${place}, as it was called at ${price}`,
      price,
      number: numberOf(articleAt(place)),
    };
  }
}

function counter(): (article: string) => number {
  const last = new Map<string, number>();
  return (article) => {
    const number = (last.get(article) ?? 0) + 1;
    last.set(article, number);
    return number;
  };
}
