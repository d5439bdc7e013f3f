import type { Refusal } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';
import { mostPieces } from '../domain/shelf.js';

/** What a client is told of a refusal. */
export function productProblem({ refused }: Refusal): Problem {
  switch (refused) {
    case 'unknown-product':
      return problem(404, 'not-found', 'there is no such product');
    case 'sku-taken':
      return problem(409, refused, 'another product has this sku: choose another one, or change that product');
    case 'not-enough-available':
      return problem(
        409,
        refused,
        'fewer pieces are available than are to be counted out; what is reserved for orders stays',
      );
    case 'too-much-stock':
      return problem(409, refused, `more than ${mostPieces} pieces of a product can't be kept`);
    default:
      return problem(409, refused, 'the request was refused');
  }
}
