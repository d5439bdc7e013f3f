import { Controller } from '@nestjs/common';
import {
  Catalogue,
  Handles,
  keys,
  Message,
  save,
  say,
  table,
  topic,
  type Decision,
  type Given,
  type Topic,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';
import { stock } from './asks.js';
import type { OnDecided, Service } from './work.js';

export const askType = 'bench.take';
export const answerTypes = { taken: 'bench.taken', refused: 'bench.refused' } as const;

class Pieces {
  @IsString() readonly article!: string;
  @IsInt() readonly pieces!: number;
  @IsInt() readonly number!: number;
}

export interface Shelf {
  readonly article: string;
  readonly available: number;
  readonly taken: number;
  readonly refused: number;
  /** The number of the request that was decided last, and how many did not come after the one before them. */
  readonly last: number;
  readonly misplaced: number;
}
export const Shelves = table<Shelf>('bench_shelves', 'article', {
  article: 'text',
  available: 'int4',
  taken: 'int4',
  refused: 'int4',
  last: 'int4',
  misplaced: 'int4',
});

export const full = (article: string): Shelf => ({
  article,
  available: stock,
  taken: 0,
  refused: 0,
  last: 0,
  misplaced: 0,
});

/** The shelf after a request that was granted, or not. */
export const after = (
  shelf: Shelf,
  { pieces, number }: { readonly pieces: number; readonly number: number },
  isGranted: boolean,
): Shelf => ({
  ...shelf,
  ...(isGranted
    ? { available: shelf.available - pieces, taken: shelf.taken + pieces }
    : { refused: shelf.refused + 1 }),
  last: number,
  misplaced: shelf.misplaced + (number === shelf.last + 1 ? 0 : 1),
});

/** Requests come on `asks`; each changes one shelf, never below zero, and is answered by one message. */
export function shelvesOver(service: string, asks: Topic, onDecided: OnDecided = () => undefined): Service {
  const answers = topic(`${service}.events`, { owner: service, partitions: 3 });

  @Message({ type: askType, topic: asks, key: 'article' })
  class Take extends Pieces {}

  @Message({ type: answerTypes.taken, topic: answers, key: 'article' })
  class Taken extends Pieces {}

  @Message({ type: answerTypes.refused, topic: answers, key: 'article' })
  class Refused extends Pieces {}

  const load = { shelves: keys(Shelves, ({ article }: Take) => [article]) };

  @Controller()
  class ShelfHandler {
    @Handles(Take, { load })
    take({ article, pieces, number }: Take, { shelves }: Given<typeof load>): Decision {
      onDecided();
      const shelf = shelves.get(article) ?? full(article);
      const isGranted = shelf.available >= pieces;
      return save(Shelves, after(shelf, { pieces, number }, isGranted)).and(
        say(isGranted ? Taken : Refused, { article, pieces, number }),
      );
    }
  }

  return {
    options: { service, contracts: new Catalogue([Take, Taken, Refused]), lockOrder: [Shelves] },
    controller: new ShelfHandler(),
    group: service,
    answers,
  };
}
