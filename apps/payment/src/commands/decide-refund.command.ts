import type { PaymentId } from '@tradewind/contracts';
import { isRejection } from '@tradewind/kernel';
import { answer, command, nothing, rows, rowsWhere, save, type HandlerContext } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { approve, reject, type RefundRequest } from '../domain/approval.js';
import { recordEvents } from '../handlers/payment.changes.js';
import { Payments, RefundRequests } from '../storage/payment.tables.js';

interface DecideRefund {
  readonly paymentId: PaymentId;
  readonly refundId: string;
  readonly acting: ActingStaff;
}

const load = {
  requests: rows(RefundRequests, ({ refundId }: DecideRefund) => [refundId]),
  payments: rowsWhere(Payments, 'paymentId', ({ paymentId }: DecideRefund) => [paymentId]),
};

const requestOf = (
  { refundId, paymentId }: DecideRefund,
  { requests }: Pick<HandlerContext<typeof load>, 'requests'>,
): RefundRequest | undefined => {
  const request = requests.get(refundId);
  return request?.paymentId === paymentId ? request : undefined;
};

/** Approves a refund that awaits it; the provider is called after the commit. */
export const approveRefund = command(
  'payment.approve-refund',
  load,
  (input: DecideRefund, context: HandlerContext<typeof load>) => {
    const { acting, paymentId, refundId } = input;
    const result = approve(requestOf(input, context), context.payments.all()[0], acting.actor, context.now);
    if (isRejection(result)) return result;
    const { request, event } = result;
    if (!event) return nothing().and(answer({ refundId }));
    const { amount, reason, requestedBy } = request;
    const action = { action: 'payment.refund', subject: paymentId, reason, after: { refundId, amount, requestedBy } };
    return save(RefundRequests, request)
      .and(recordEvents([event], context))
      .and(recordedAction(acting, action, context.newId()))
      .and(answer({ refundId }));
  },
);

/** Rejects a refund that awaits approval. */
export const rejectRefund = command(
  'payment.reject-refund',
  { requests: load.requests },
  (input: DecideRefund, context: HandlerContext<Pick<typeof load, 'requests'>>) => {
    const { acting, paymentId, refundId } = input;
    const request = requestOf(input, context);
    const rejected = reject(request, acting.actor, context.now);
    if (isRejection(rejected)) return rejected;
    if (rejected === request) return nothing().and(answer({ refundId }));
    const action = { action: 'payment.reject-refund', subject: paymentId, after: { refundId } };
    return save(RefundRequests, rejected)
      .and(recordedAction(acting, action, context.newId()))
      .and(answer({ refundId }));
  },
);
