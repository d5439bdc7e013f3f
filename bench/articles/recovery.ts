import type { ConsumerOf, Recovery, Told } from '@tradewind/messaging';
import { after, answerTypes, askType, full, Shelves, type Shelf } from './shelves.js';

/** The shelves as the answers tell them: they come shelf by shelf. */
function* shelvesTold(told: Iterable<Told>): Generator<Shelf> {
  let shelf: Shelf | undefined;
  for (const { message, envelope } of told) {
    const answer = message as { readonly article: string; readonly pieces: number; readonly number: number };
    if (shelf && shelf.article !== answer.article) yield shelf;
    shelf = after(
      shelf?.article === answer.article ? shelf : full(answer.article),
      answer,
      envelope.type === answerTypes.taken,
    );
  }
  if (shelf) yield shelf;
}

/** How the database of whoever has the shelves comes back from what he has answered. */
export const shelfRecovery: Recovery = { rows: (told) => [[Shelves, shelvesTold(told)]] };

export const shelfConsumers = (group: string, asks: string): readonly ConsumerOf[] => [
  { group, topics: [asks], types: [askType] },
];
