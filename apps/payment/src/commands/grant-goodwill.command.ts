import type { PaymentId } from '@tradewind/contracts';
import { isRejection, rejection } from '@tradewind/kernel';
import { answer, command, insert, rowsWhere, type HandlerContext } from '@tradewind/messaging';
import { recordedAction, type ActingStaff } from '@tradewind/service';
import { needsApproval, type ApprovalLimits, type RefundRequest } from '../domain/approval.js';
import { grant, type Goodwill } from '../domain/goodwill.js';
import { Payments, RefundRequests } from '../storage/payment.tables.js';
import { recordEvents } from '../handlers/payment.changes.js';

/** From which sum a second person must approve, and for how long that is possible. */
export interface ApprovalRule {
  readonly limits: ApprovalLimits | undefined;
  readonly lifetimeMs: number;
}

export interface GrantGoodwill extends Omit<Goodwill, 'grantedBy'> {
  readonly paymentId: PaymentId;
  readonly acting: ActingStaff;
  readonly approval: ApprovalRule;
}

export const unknownPayment = rejection('unknown-payment');

type Asked = Pick<Goodwill, 'amount' | 'reason'>;

/** The answer to the request, also when it is repeated with the same key. */
export const startedRefund = (refundId: string, { amount, reason }: Asked, startedAt: Date) =>
  ({ id: refundId, status: 'started', amount, reason, startedAt: startedAt.toISOString() }) as const;

/** The answer to a request that waits for a second person. */
export const awaitingRefund = ({ refundId, amount, reason, requestedAt, expiresAt }: RefundRequest) =>
  ({
    id: refundId,
    status: 'awaiting-approval',
    amount,
    reason,
    requestedAt: requestedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }) as const;

export type GrantAnswer = ReturnType<typeof startedRefund> | ReturnType<typeof awaitingRefund>;

const load = { payments: rowsWhere(Payments, 'paymentId', ({ paymentId }: GrantGoodwill) => [paymentId]) };

/** Answers the started refund; the provider is called after the commit. Above the limit it only asks for an approval. */
export const grantGoodwill = command(
  'payment.grant-goodwill',
  load,
  ({ paymentId, acting, approval, ...request }: GrantGoodwill, context: HandlerContext<typeof load>) => {
    const [payment] = context.payments.all();
    if (!payment) return unknownPayment;
    const refundId = context.newId();
    const goodwill = { ...request, grantedBy: acting.actor };
    const granted = grant(goodwill, payment, refundId, context.now);
    if (isRejection(granted)) return granted;
    const { amount, reason } = request;
    const action = { subject: paymentId, reason, after: { refundId, amount } };
    if (needsApproval(approval.limits, amount, payment)) {
      const { orderId } = payment;
      const asked = { refundId, paymentId, orderId, amount, reason, requestedBy: acting.actor };
      const expiresAt = new Date(context.now.getTime() + approval.lifetimeMs);
      const waiting = { ...asked, status: 'awaiting-approval', requestedAt: context.now, expiresAt } as const;
      return insert(RefundRequests, waiting)
        .and(recordedAction(acting, { action: 'payment.request-refund', ...action }, context.newId()))
        .and(answer<GrantAnswer>(awaitingRefund(waiting)));
    }
    return recordEvents([granted], context)
      .and(recordedAction(acting, { action: 'payment.refund', ...action }, context.newId()))
      .and(answer<GrantAnswer>(startedRefund(refundId, goodwill, context.now)));
  },
);
