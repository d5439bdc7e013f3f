import type { Recovery, Published } from '@tradewind/operations';
import { answeredCheckouts } from '../http/check-out.idempotency.js';
import { cartsFromEvents, type SequencedMessage } from './carts-from-events.js';
import { CartLines, Carts, Checkouts } from '../storage/cart.tables.js';

/**
 * Recovers carts, checkouts and answered requests from the published messages. The status of the orders and the copy of products are
 * consumed again from other services' topics.
 */
export const recovery: Recovery = {
  rows: (published) => {
    const { carts, lines, checkouts } = cartsFromEvents(withSequences(published));
    return [
      [Carts, carts.values()],
      [CartLines, lines.values()],
      [Checkouts, checkouts.values()],
    ];
  },
  answers: answeredCheckouts,
};

function* withSequences(published: Iterable<Published>): Generator<SequencedMessage> {
  for (const { message, envelope } of published) yield { message, sequence: Number(envelope.sequence) };
}
