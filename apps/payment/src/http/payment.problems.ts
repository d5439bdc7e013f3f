import type { Rejection } from '@tradewind/kernel';
import { problem, type Problem } from '@tradewind/service';

/** The HTTP problem of a rejection. */
export function paymentProblem({ rejected }: Rejection): Problem {
  switch (rejected) {
    case 'unknown-payment':
      return problem(404, 'not-found', 'there is no such payment');
    case 'payment-not-taken':
      return problem(409, rejected, 'only a payment that was taken and is not being refunded can be refunded in part');
    case 'more-than-held':
      return problem(
        409,
        rejected,
        'the amount is more than what is left of the payment after all granted refunds: see GET /payments',
      );
    default:
      return problem(409, rejected, 'the request was rejected');
  }
}
