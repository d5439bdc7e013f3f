import type { Refusal } from '@tradewind/kernel';
import { problem, problemForNow, type Problem } from '@tradewind/service';

/** An order that is not there, not there yet, or somebody else's: they can't be told apart from outside. */
export const noSuchOrder = (): Problem =>
  problemForNow(
    404,
    'not-found',
    'there is no such order of yours; one that was accepted a moment ago may still be on its way',
    1,
  );

const tooLate: Readonly<Record<string, string>> = {
  'order-already-confirmed': 'the order is confirmed: it can be cancelled, not changed',
  'order-already-rejected': 'the order was rejected',
  'order-already-cancelled': 'the order was cancelled',
  'order-being-cancelled': 'the order is being cancelled',
  'order-being-rejected': 'the order is just being rejected',
};

/** What a client is told of a refusal. */
export function orderProblem({ refused }: Refusal): Problem {
  if (refused === 'unknown-order') return noSuchOrder();
  if (refused === 'total-too-large') {
    return problem(422, refused, 'the order costs more than can be reckoned', {
      errors: [{ field: 'items', detail: 'must cost less together' }],
    });
  }
  return problem(409, refused, tooLate[refused] ?? 'it is too late for that');
}
