import type { Refusal } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';
import type { CartView } from '../domain/cart-view.js';
import { mostLines, mostPieces } from '../domain/cart.js';

/** What a client is told of a refusal; `cart` as it stands now. */
export function cartProblem({ refused }: Refusal, cart: CartView): Problem {
  switch (refused) {
    case 'forgotten':
      return problem(410, refused, 'this person was forgotten');
    case 'cart-full':
      return problem(422, refused, `a cart has at most ${mostLines} lines: check out, or take something out`);
    case 'too-many-pieces':
      return problem(422, refused, `a line has at most ${mostPieces} pieces`);
    case 'cart-empty':
      return problem(422, refused, 'there is nothing in the cart to check out');
    case 'cart-changed':
      return problem(
        409,
        refused,
        'something was put into the cart during the checkout: look at it and check out again',
      );
    case 'price-changed':
      return problem(
        409,
        refused,
        'the cart does not cost what was expected: look at the lines and check out again with their total as expectedTotal',
        {
          lines: cart.items,
          total: cart.total,
        },
      );
    case 'total-too-high':
      return problem(422, refused, 'the total is more than can be charged at once: take something out');
    default:
      return problem(409, refused, 'the request was refused');
  }
}
