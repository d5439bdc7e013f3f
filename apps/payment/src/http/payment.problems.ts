import type { Refusal } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';

/** What an admin is told of a refusal. */
export function paymentProblem({ refused }: Refusal): Problem {
  switch (refused) {
    case 'unknown-payment':
      return problem(404, 'not-found', 'there is no such payment');
    case 'payment-not-taken':
      return problem(
        409,
        refused,
        'only of a payment that was taken, and is not being given back, a part can be refunded',
      );
    case 'more-than-held':
      return problem(
        409,
        refused,
        'this is more than is left of the payment, less what was promised already: GET /payments shows it',
      );
    default:
      return problem(409, refused, 'the request was refused');
  }
}
