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
    case 'own-request':
      return problem(403, rejected, 'this refund is your own request: another person must approve it');
    case 'unknown-request':
      return problem(404, 'not-found', 'there is no such request');
    case 'request-expired':
      return problem(409, rejected, 'this request has expired: request the refund again');
    case 'request-rejected':
      return problem(409, rejected, 'this request was rejected');
    case 'request-approved':
      return problem(409, rejected, 'this request was approved: the refund is under way');
    default:
      return problem(409, rejected, 'the request was rejected');
  }
}
