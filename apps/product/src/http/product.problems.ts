import type { Rejection } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';
import { mostPieces } from '../domain/stock-level.js';

/** The HTTP problem of a rejection. */
export function productProblem({ rejected }: Rejection): Problem {
  switch (rejected) {
    case 'unknown-product':
      return problem(404, 'not-found', 'there is no such product');
    case 'sku-taken':
      return problem(409, rejected, 'another product has this sku: choose another one, or change that product');
    case 'not-enough-available':
      return problem(
        409,
        rejected,
        'fewer pieces are available than should be removed; reserved pieces cannot be removed',
      );
    case 'too-much-stock':
      return problem(409, rejected, `more than ${mostPieces} pieces of a product are not supported`);
    default:
      return problem(409, rejected, 'the request was rejected');
  }
}
