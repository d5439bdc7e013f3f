import type { Rejection } from '@tradewind/kernel';
import { problem, temporaryProblem, type FieldError, type Problem } from '@tradewind/service';
import { totalOf, type OrderLine } from '../domain/order-line.js';
import { maxAddressChanges, productArchived } from '../domain/order.js';

/** The order does not exist, has not arrived yet, or belongs to another user. The client cannot tell these apart. */
export const noSuchOrder = (): Problem =>
  temporaryProblem(
    404,
    'not-found',
    'you have no such order; an order that was just accepted may not have arrived yet',
    1,
  );

/** The total is not the one that the buyer expects: the lines at current prices, and their total. */
export const priceChanged = (lines: readonly OrderLine[]): Problem =>
  problem(
    409,
    'price-changed',
    'the total is not the expected one: check the lines and place the order again with their total as expectedTotal',
    { lines, total: totalOf(lines) },
  );

const conflicts: Readonly<Record<string, string>> = {
  'order-already-confirmed': 'the order is confirmed: it can be cancelled, not changed',
  'order-already-rejected': 'the order was rejected',
  'order-already-cancelled': 'the order was cancelled',
  'order-being-cancelled': 'the order is being cancelled',
  'order-being-rejected': 'the order is being rejected',
  'too-many-address-changes': `the address of an order can be changed ${maxAddressChanges} times: cancel the order and place it again`,
};

/** The HTTP problem of a rejection. `errors`: the fields that are not accepted, where there are some. */
export function orderProblem({ rejected }: Rejection, errors: readonly FieldError[] = []): Problem {
  if (rejected === productArchived.rejected)
    return problem(409, rejected, `${errors[0]?.field} ${errors[0]?.detail}`, { errors });
  if (rejected === 'unknown-order') return noSuchOrder();
  if (rejected === 'total-too-large') {
    return problem(422, rejected, 'the total of the order is too large', {
      errors: [{ field: 'items', detail: 'must have a smaller total' }],
    });
  }
  return problem(409, rejected, conflicts[rejected] ?? 'the order no longer allows this');
}
