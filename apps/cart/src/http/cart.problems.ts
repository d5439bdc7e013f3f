import type { Rejection } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';
import type { CartView } from '../domain/cart-view.js';
import { mostLines, mostPieces } from '../domain/cart.js';

/** The HTTP problem of a rejection; `cart` is the current cart. */
export function cartProblem({ rejected }: Rejection, cart: CartView): Problem {
  switch (rejected) {
    case 'forgotten':
      return problem(410, rejected, 'this user was forgotten');
    case 'cart-full':
      return problem(422, rejected, `a cart has at most ${mostLines} lines: check out or remove an item`);
    case 'too-many-pieces':
      return problem(422, rejected, `a line has at most ${mostPieces} pieces`);
    case 'cart-empty':
      return problem(422, rejected, 'the cart is empty');
    case 'cart-changed':
      return problem(409, rejected, 'the cart changed during the checkout: check it and check out again');
    case 'price-changed':
      return problem(
        409,
        rejected,
        'the total is not the expected one: check the lines and check out again with their total as expectedTotal',
        {
          lines: cart.items,
          total: cart.total,
        },
      );
    case 'items-returned':
      return problem(
        409,
        rejected,
        'items came back from a rejected order: check the lines and check out again with their total as expectedTotal',
        { lines: cart.items, total: cart.total },
      );
    case 'product-archived':
      return problem(409, rejected, 'a product is not for sale any more: remove it from the cart', {
        lines: cart.items.filter(({ archived }) => archived),
      });
    case 'total-too-high':
      return problem(422, rejected, 'the total is too high to be charged at once: remove an item');
    default:
      return problem(409, rejected, 'the request was rejected');
  }
}
