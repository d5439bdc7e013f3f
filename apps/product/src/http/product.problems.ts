import type { Rejection } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';
import { mostPieces } from '../domain/stock-level.js';
import type { ProductView } from '../storage/product.queries.js';

/** The SKU is that of another product: `product` is that one, unless it got another SKU in the meantime. */
export function skuTakenProblem(product: ProductView | undefined): Problem {
  if (!product) return problem(409, 'sku-taken', 'another product had this sku a moment ago: try again');
  const { id, sku, name, archived } = product;
  return problem(
    409,
    'sku-taken',
    `the ${archived ? 'archived ' : ''}product ${id} has the sku "${sku}", and skus that differ only in blanks and case are one: choose another one, or change that product`,
    { product: { id, sku, name, ...(archived && { archived }) } },
  );
}

/** The HTTP problem of a rejection. */
export function productProblem({ rejected }: Rejection): Problem {
  switch (rejected) {
    case 'unknown-product':
      return problem(404, 'not-found', 'there is no such product');
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
